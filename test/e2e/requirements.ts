/**
 * What Tutti has to do, one sentence each. Every requirement is cited by at least one test through `verifies`, and
 * `coverage.test.ts` fails if one is not.
 */
export const requirements = {
  "demo:runs":
    "`npm run demo` plans and runs one real multi-step request, prints plan, steps, graph, answer and files, and exits 0.",
  "demo:files-open": "The files that the demo makes are a picture and a WAV that open.",
  "serve:answers":
    "A served request with an uploaded picture gives a right answer with citations and a produced file that opens.",
  "serve:banner": "The banner names the planner, the experts that work, and those that don't with the reason.",
  "serve:drains": "On SIGTERM the server lets active steps finish and exits 0.",
  "serve:port-in-use": "A second server on the same port says so and exits with a failure.",
  "serve:folder-in-use": "A second server on the same data folder says so and exits with a failure.",
  "crash:resumes": "After SIGKILL in the middle of a run, the next start finishes it.",
  "crash:keeps-results": "After SIGKILL, steps that had finished are not done again.",
  "cluster:any-server": "A run accepted by one server is shown, and streamed from Last-Event-ID, by any other.",
  "cluster:idempotent": "The same Idempotency-Key sent to several servers at once gives one run.",
  "cluster:cancel": "A cancel at one server stops the step that a worker in another process is at.",
  "cluster:capacity": "An expert gets so many steps at once as its card says per worker, over all processes.",
  "cluster:worker-killed": "After SIGKILL of a worker, another one takes over its steps.",
  "cluster:drains": "On SIGTERM a worker hands back what it can't finish in time, and exits 0.",
  "cluster:server-killed": "A run ends although the server that accepted it was killed at once.",
  "cluster:redis-killed": "A run ends although Redis was killed and restarted in the middle.",
  "cluster:dashboard": "The queues are shown to whoever has the admin token, and to nobody else.",
  "cluster:unfit-redis":
    "A Redis that may evict, or is nearly full, makes the server unready and refuse runs with 503 or 429.",
  "cluster:demo": "`npm run demo:cluster` kills a worker in the middle, and every run ends.",
  "cluster:chaos":
    "While servers, workers and Redis are killed again and again, no run is lost, no result recorded twice.",
  "gpu:device":
    "On the gpu lane steps go to the device in batches that fit its memory, and what they held it is recorded.",
  "experts:hot": "An expert that is registered while a run goes on is used by the next one, without a restart.",
  "experts:failover": "When an expert dies, what was sent to it is done by the next one, and the graph shows it.",
  "experts:hostile":
    "An expert that is slow, lies, floods, redirects inwards or never ends gives a typed error and costs no process; the next one does the step.",
  "merit:converges":
    "Of two experts of a task, the one whose calls go well gets nearly all of them after 30 calls, and runs and `GET /v1/experts` say why.",
  "merit:breaker":
    "An expert that fails three times in a row is left alone, and tried again with one call; when that goes well it is used as before.",
  "experts:trial":
    "An expert is tried before it is taken; what gives wrong types is refused, or taken as unverified if asked.",
  "experts:task": "A registered expert can bring a task of its own, which the planner then understands.",
  "experts:admin":
    "Only an admin changes experts; secrets are never shown, and inner addresses are refused unless allowed.",
  "experts:restart": "Registered experts outlive the server's death.",
  "experts:everywhere":
    "What is registered with one server is used by the next request to another, on workers that knew nothing of it.",
  "experts:folder": "Files in the folder of experts are registered, and their changes are followed.",
  "experts:mcp": "The tools of an MCP server that a file names become experts, are called, and go with the file.",
  "experts:cli": "Experts are added, tried, listed and removed from the shell.",
  "llm:conducts": "With a language model set, its plan is what runs, and its words are the answer.",
  "llm:streams": "Steps of a plan begin while the language model is still writing the rest of it.",
  "llm:answer-streams":
    "An answer is shown while the language model writes it, sentence by sentence, and only what holds.",
  "llm:usage": "A run says what its language models took: tokens of planning and of answering, and both together.",
  "llm:reply": "Where nothing has to be done, the language model's own words are labelled as such.",
  "llm:origin":
    "The graph says of every step whether the language model wrote it, repaired it, or another planner did.",
  "llm:injection":
    "What files, tools and earlier answers say is data: no hostile text among it changes what is planned.",
  "llm:sees": "With TUTTI_LLM_VISION, the model that plans is shown the pictures of the request, small.",
  "llm:grounded": "What a language model says that no result bears out is not in the answer.",
  "llm:falls-back": "Where the language model fails, the built-in planner and fuser do its work, and the run says so.",
  "plan:again": "Where steps failed and the planner can, one second planning sees results and failures and adds steps.",
  "plan:repair":
    "`tutti eval repair` reads raw plans of language models, mends them without one, and accepts none that is invalid.",
  "cli:old-node": "The command runs under a fitting Node where the system's is older.",
  "cli:runs": "`tutti runs list|show|graph` reads recorded runs back.",
  "kernel:completes-once": "A node never has two recorded completions.",
  "kernel:inputs-first": "A node never starts before its inputs are committed.",
  "kernel:always-ends": "Every run ends in a final state.",
  "kernel:replays": "Replaying the events gives the same state.",
  "plan:checks": "Plan faults are told with the node, what is wrong, and what would fit.",
  "plan:typed-references": "The built-in planner binds files by name, by order and by pronoun.",
  "plan:gaps": "The built-in planner closes type gaps with converters.",
  "plan:condition": "“If …, otherwise …” becomes a branch of which one side runs.",
  "plan:eval": "`tutti eval plan` scores a planner on cases.",
  "dispatch:parallel": "Steps that do not depend on each other run at the same time.",
  "dispatch:partial":
    "A failed step skips its dependents with the reason; the rest goes on; the run is partial and says so.",
  "dispatch:cancel": "Cancel ends a running run at once and takes its work away.",
  "dispatch:deadline": "A run that passes its deadline ends as expired.",
  "dispatch:failover": "When an expert breaks, the next one of the task takes over.",
  "worker:crash": "The death of an expert's process fails that attempt only, and is retried.",
  "worker:killed": "A call that is aborted and does not obey is killed with its process.",
  "worker:timeout": "A call that passes its time limit ends as timeout.",
  "answer:cites": "Every finding in an answer cites the node that it comes from.",
  "answer:honest": "What could not be done is said, with the reason and the way to get it.",
  "http:json": "A JSON request with data: URLs is accepted and answered.",
  "http:multipart": "A multipart request with files is accepted and answered.",
  "http:events": "Events stream over SSE and resume after Last-Event-ID.",
  "http:graph": "The graph of a run is served as text, mermaid and json.",
  "http:idempotent": "The same Idempotency-Key with the same request gives the same run.",
  "http:bad-input": "Bad input is a 4xx problem+json that says what to do; never a 500 or a hang.",
  "http:late-faults": "What can only be found out later becomes a run that ends with an honest answer.",
  "http:huge-picture": "A 300-megapixel picture is refused by its header.",
  "http:remote-url": "Remote URLs are refused with a clear error.",
  "http:openapi": "The OpenAPI document names every route.",
  "log:lines": "The log has a JSON line per event and the graph at plan time and at the end.",
  "experts:unavailable": "An expert whose model is missing is unavailable, with how to get it.",
} as const;

export type RequirementId = keyof typeof requirements;

/** Cites requirements in a test's title. */
export function verifies(...ids: RequirementId[]): string {
  return ids.map((id) => `${requirements[id]} [${id}]`).join(" ");
}
