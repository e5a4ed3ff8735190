/**
 * The JSON Schema of a plan, for decoding that can't go wrong: task names and input names are those of the catalogue,
 * and where a file or a finding is wanted, only files of the request and results of that type can be written.
 */
import type { CatalogueTask } from "../../ports/planner.ts";
import type { JsonSchema } from "../../ports/language-model.ts";
import { conditionOperators } from "../../run/plan-node.ts";
import { fits, type ValueType } from "../../run/value.ts";
import type { Handle } from "./handles.ts";

export interface PlanSchemaOptions {
  readonly tasks: readonly CatalogueTask[];
  readonly handles: Iterable<Handle>;
  /** Steps that are there already; their results may be used. */
  readonly steps?: readonly string[];
  readonly maxSteps: number;
}

/** Ids that results may be taken from: longer plans are hardly ever written, and each id makes the grammar longer. */
const MOST_NUMBERED = 8;

export function planSchema({ tasks, handles, steps = [], maxSteps }: PlanSchemaOptions): JsonSchema {
  const numbered = Array.from({ length: Math.min(MOST_NUMBERED, maxSteps) + steps.length }, (_, at) => `t${at + 1}`);
  const mayBe = Array.from({ length: MOST_STEPS + steps.length }, (_, at) => `t${at + 1}`);
  const scope = {
    tasks,
    handles: [...handles],
    ids: [...new Set([...steps, ...numbered])],
    free: mayBe.filter((id) => !steps.includes(id)),
  };
  const step = tasks.length > 0 ? { anyOf: tasks.map((task) => stepSchema(task, scope)) } : { type: "object" };
  const maxItems = Math.min(maxSteps, MOST_STEPS);
  return closed({ steps: { type: "array", items: step, maxItems }, cannot: text, reply: text });
}

/** Grammars of longer arrays are slow to compile. */
const MOST_STEPS = 24;

interface Scope {
  readonly tasks: readonly CatalogueTask[];
  readonly handles: readonly Handle[];
  readonly ids: readonly string[];
  /** What a new step may be called. */
  readonly free: readonly string[];
}

const text: JsonSchema = { type: "string" };

function stepSchema(task: CatalogueTask, scope: Scope): JsonSchema {
  const inputs = Object.entries(task.inputs);
  const bound = inputs.map(([name, { type }]) => [name, valueSchema(type, scope)] as const);
  const needed = inputs.flatMap(([name, { optional }]) => (optional === true ? [] : [name]));
  // In this order they are written, so that the task decides on its inputs.
  return closed(
    {
      // Small models invent all sorts of names where they may.
      id: { type: "string", enum: [...scope.free] },
      task: { type: "string", enum: [task.id] },
      inputs: closed(Object.fromEntries(bound), needed),
      each: { anyOf: [text, { type: "array", items: text }] },
      when: closed(
        {
          if: text,
          op: { type: "string", enum: [...conditionOperators] },
          value: { anyOf: [text, { type: "number" }, { type: "boolean" }] },
        },
        ["if", "op"],
      ),
    },
    ["id", "task", "inputs"],
  );
}

/** An object of these properties only; all of them are needed unless it says which. */
function closed(properties: Readonly<Record<string, JsonSchema>>, required = Object.keys(properties)): JsonSchema {
  return { type: "object", properties, required, additionalProperties: false };
}

function valueSchema(type: ValueType, scope: Scope): JsonSchema {
  if (typeof type === "object") {
    const references = referencesTo(type, scope);
    const items = { type: "array", items: valueSchema(type.list, scope) };
    return references.length > 0 ? { anyOf: [{ type: "string", enum: references }, items] } : items;
  }
  switch (type) {
    case "text":
    case "json":
      return text;
    case "number":
    case "boolean":
      return { anyOf: [{ type }, text] };
    default: {
      const references = [...referencesTo(type, scope), "<item>"];
      return { type: "string", enum: references };
    }
  }
}

function referencesTo(type: ValueType, { tasks, handles, ids }: Scope): string[] {
  const files = handles.filter((handle) => fits(handle.type, type)).map(({ name }) => name);
  const outputs = tasks.flatMap((task) => Object.entries(task.outputs));
  const direct = outputs.flatMap(([name, spec]) => (fits(spec.type, type) ? [name] : []));
  const first = outputs.flatMap(([name, spec]) =>
    typeof spec.type === "object" && fits(spec.type.list, type) ? [`${name}[0]`] : [],
  );
  const results = [...new Set([...direct, ...first])];
  return [...files, ...ids.flatMap((id) => results.map((result) => `${id}.${result}`))].map((one) => `<${one}>`);
}
