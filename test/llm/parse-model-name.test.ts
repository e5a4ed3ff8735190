import fc from "fast-check";
import { expect, test } from "vitest";
import { TuttiError } from "../../src/errors.ts";
import { formatModelName, parseModelName } from "../../src/llm/parse-model-name.ts";

test.each([
  ["openai:gpt-4.1-mini", { provider: "openai", model: "gpt-4.1-mini" }],
  ["ollama:qwen3:8b", { provider: "ollama", model: "qwen3:8b" }],
  ["huggingface:Qwen/Qwen3-4B:nebius", { provider: "huggingface", model: "Qwen/Qwen3-4B:nebius" }],
  [
    "openai-compatible:http://localhost:8080/v1/#org/model",
    { provider: "openai-compatible", url: "http://localhost:8080/v1", model: "org/model" },
  ],
  ["llama-cpp:/models/a b.gguf", { provider: "llama-cpp", source: "/models/a b.gguf" }],
  [
    "llama-cpp:hf:bartowski/Qwen2.5-0.5B-Instruct-GGUF:Q4_K_M",
    { provider: "llama-cpp", source: "hf:bartowski/Qwen2.5-0.5B-Instruct-GGUF:Q4_K_M" },
  ],
  [" none ", { provider: "none" }],
])("reads %s", (text, name) => {
  expect(parseModelName(text)).toEqual(name);
});

test.each([
  ["gpt-4.1-mini", "openai:MODEL"],
  ["", "openai:MODEL"],
  ["bard:x", "google-genai:MODEL"],
  ["openai:", "openai:MODEL"],
  ["openai:gpt 4", "openai:MODEL"],
  ["llama-cpp:", "llama-cpp:PATH"],
  ["openai-compatible:http://localhost:8080/v1", "#MODEL"],
  ["openai-compatible:localhost:8080#m", "http://HOST"],
  ["openai-compatible:file:///etc/passwd#m", "http://HOST"],
])("refuses %j, saying the right form", (text, form) => {
  expect(() => parseModelName(text)).toThrow(
    expect.objectContaining({ code: "misconfigured", message: expect.stringContaining(form) }),
  );
});

test("a key in the address is refused and not repeated", () => {
  for (const address of ["https://user:secret@host/v1", "https://host/v1?api_key=secret"]) {
    expect(() => parseModelName(`openai-compatible:${address}#m`)).toThrow(/^(?!.*secret).*TUTTI_LLM_API_KEY/su);
  }
});

test("what is shown reads back as the same, and nothing else than a TuttiError is thrown", () => {
  const words = fc.constantFrom(
    "openai",
    "ollama",
    "llama-cpp",
    "openai-compatible",
    "none",
    ":",
    "#",
    "http://h/v1",
    "m",
    " ",
  );
  fc.assert(
    fc.property(
      fc.array(words).map((parts) => parts.join("")),
      (text) => {
        try {
          const name = parseModelName(text);
          expect(parseModelName(formatModelName(name))).toEqual(name);
        } catch (error) {
          expect(error).toBeInstanceOf(TuttiError);
        }
      },
    ),
  );
});
