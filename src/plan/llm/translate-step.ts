/** Turns a step as a language model writes it into a plan node, and says precisely what is wrong where it can't. Pure. */
import type { CatalogueTask } from "../../ports/planner.ts";
import { type Binding, type Condition, conditionOperators, type Each, type PlanNode } from "../../run/plan-node.ts";
import { readBareReference, readReference } from "./references.ts";
import { translateBinding, type TranslateContext } from "./translate-binding.ts";

export interface TranslatedStep {
  /** The step's id, mended where it is easily told; undefined where it has none. */
  readonly id?: string | undefined;
  /** Undefined where there are problems. */
  readonly node?: PlanNode | undefined;
  /** Begin with "step t1: ". */
  readonly problems: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

export function translateStep(raw: unknown, context: TranslateContext): TranslatedStep {
  if (!isFields(raw)) return { problems: ['a step must be an object {"id","task","inputs"}'] };
  const id = idOf(raw["id"]);
  const problems: string[] = [];
  const report = (problem: string): void => void problems.push(`step ${id ?? "without an id"}: ${problem}`);
  if (id === undefined) report('its id must be "t1", "t2" or the like');
  const task = taskOf(raw["task"], context, report);
  const spec = task === undefined ? undefined : context.tasks.get(task);
  const inputs = translateInputs(raw["inputs"], spec, { context, report });
  const each = translateEach(raw["each"], { context, report });
  const when = translateWhen(raw["when"], { context, report });
  const after = translateAfter(raw["after"], { context, report });
  if (problems.length > 0 || id === undefined || task === undefined) return { id, problems };
  return {
    id,
    problems,
    node: { id, task, inputs, ...(after && { after }), ...(when && { when }), ...(each && { each }) },
  };
}

interface Setting {
  readonly context: TranslateContext;
  readonly report: (problem: string) => void;
}

const isFields = (raw: unknown): raw is Fields => typeof raw === "object" && raw !== null && !Array.isArray(raw);
/** What models write for "nothing": an adapter that makes every field required gets null, too. */
const isNothing = (raw: unknown): boolean => raw === undefined || raw === null || raw === "";

function idOf(raw: unknown): string | undefined {
  if (typeof raw === "number" && Number.isInteger(raw) && raw >= 0) return `t${raw}`;
  if (typeof raw !== "string" || raw.trim() === "") return undefined;
  const id = raw.trim().replace(/^<(.*)>$/, "$1");
  return /^\d+$/.test(id) ? `t${id}` : id;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "");

/** A task by its id, or by a spelling of its id or title that means no other. Unknown ones are left for the check. */
function taskOf(raw: unknown, { tasks }: TranslateContext, report: Setting["report"]): string | undefined {
  if (typeof raw !== "string" || raw.trim() === "") {
    report("it names no task");
    return undefined;
  }
  const alike = [...tasks.values()].filter(({ id, title }) => plain(id) === plain(raw) || plain(title) === plain(raw));
  const task = tasks.get(raw) ?? (alike.length === 1 ? alike[0] : undefined);
  if (task?.unavailable !== undefined) report(`${task.id} can't be done now (${task.unavailable})`);
  return task?.id ?? raw.slice(0, 100);
}

function translateInputs(raw: unknown, spec: CatalogueTask | undefined, setting: Setting): Record<string, Binding> {
  const inputs: Record<string, Binding> = {};
  if (isNothing(raw)) return inputs;
  if (!isFields(raw)) {
    setting.report('its inputs must be an object {"name":value}');
    return inputs;
  }
  for (const [name, value] of Object.entries(raw)) {
    const input = spec && Object.hasOwn(spec.inputs, name) ? spec.inputs[name] : undefined;
    const left = value === null || (isNothing(value) && input?.optional === true);
    if (left) continue;
    const place = { ...setting, label: `input ${name}`, wanted: input?.type };
    const binding = translateBinding(value, place);
    // A key like __proto__ must become a name like any other, which the check then refuses.
    if (binding) Object.defineProperty(inputs, name, { value: binding, enumerable: true });
  }
  return inputs;
}

function translateEach(raw: unknown, { context, report }: Setting): Each | undefined {
  if (isNothing(raw) || (Array.isArray(raw) && raw.length === 0)) return undefined;
  // A list that is no reference would be read as words.
  const isList = Array.isArray(raw) || (typeof raw === "string" && referenceIn(raw) !== undefined);
  if (!isList) {
    report('each must be a list such as ["<image-1>","<image-2>"] or one that a step gives, such as "<t1.images>"');
    return undefined;
  }
  const written = typeof raw === "string" && readReference(raw) === undefined ? `<${raw.trim()}>` : raw;
  const over = translateBinding(written, { context, label: "each", wanted: undefined, report });
  return over && { over };
}

const referenceIn = (text: string) => readReference(text) ?? readBareReference(text);

const signs: ReadonlyMap<string, Condition["op"]> = new Map([
  ["==", "eq"],
  ["=", "eq"],
  ["!=", "ne"],
  ["<", "lt"],
  [">", "gt"],
]);

function translateWhen(raw: unknown, { context, report }: Setting): Condition | undefined {
  if (isNothing(raw)) return undefined;
  const fields = isFields(raw) ? raw : {};
  const { if: subject, op, value } = fields;
  const reference = typeof subject === "string" ? referenceIn(subject) : undefined;
  const operator =
    typeof op === "string" ? (signs.get(op) ?? conditionOperators.find((one) => one === op.toLowerCase())) : undefined;
  if (!operator || reference?.output === undefined || reference.index !== undefined) {
    report(
      `when must be {"if":"<t1.text>","op":OP,"value":VALUE} with OP one of ${conditionOperators.join(", ")}, ` +
        `not ${JSON.stringify(raw).slice(0, 100)}`,
    );
    return undefined;
  }
  const condition = {
    from: context.step(reference.name)?.id ?? reference.name,
    output: reference.output,
    op: operator,
  };
  if (operator === "exists" || operator === "empty" || isNothing(value)) return condition;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    const isNumber = (operator === "lt" || operator === "gt") && value !== "" && Number.isFinite(Number(value));
    return { ...condition, value: isNumber ? Number(value) : value };
  }
  report("the value of when must be words, a number, true or false");
  return undefined;
}

function translateAfter(raw: unknown, { context, report }: Setting): string[] | undefined {
  if (isNothing(raw) || (Array.isArray(raw) && raw.length === 0)) return undefined;
  const ids = (Array.isArray(raw) ? raw : [raw]).map(idOf).filter((id) => id !== undefined);
  if (ids.length > 0) return ids.map((id) => context.step(id)?.id ?? id);
  report('after must be a list of ids such as ["t1"]');
  return undefined;
}
