/** The language of plans: what a planner writes, and what the kernel runs. */
import { z } from "zod";
import { assetIdSchema, valueSchema } from "./value.ts";

/** Reserved in ids: `t3__0` is item 0 of the mapped node t3. Planners may not write it. */
export const ITEM_SEPARATOR = "__";

export const nodeIdSchema = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, "a node id is a letter, then up to 39 of A-Z a-z 0-9 _ -")
  .refine((id) => !id.includes(ITEM_SEPARATOR), `a node id may not hold "${ITEM_SEPARATOR}"`);

/** A node's output. `index` picks one item of a list. `optional`: the consumer runs without it if it is missing. */
export const referenceSchema = z.object({
  from: nodeIdSchema,
  output: z.string(),
  index: z.int().nonnegative().optional(),
  optional: z.boolean().optional(),
});
export type Reference = z.infer<typeof referenceSchema>;

/** Where an input's value comes from. */
export type Binding =
  | { readonly value: z.infer<typeof valueSchema> }
  | { readonly asset: string }
  | Reference
  /** Text pieces and references, joined to one text; takes text, numbers and booleans only. */
  | { readonly template: readonly (string | Reference)[] }
  /** Several bindings of one type as a list. */
  | { readonly list: readonly Binding[] }
  /** Inside a mapped node: the current item. */
  | { readonly item: true };

export const bindingSchema: z.ZodType<Binding> = z.union([
  z.strictObject({ value: valueSchema }),
  z.strictObject({ asset: assetIdSchema }),
  referenceSchema.strict(),
  z.strictObject({ template: z.array(z.union([z.string(), referenceSchema])) }),
  z.strictObject({
    get list() {
      return z.array(bindingSchema);
    },
  }),
  z.strictObject({ item: z.literal(true) }),
]);

export const conditionOperators = ["exists", "empty", "eq", "ne", "lt", "gt", "contains"] as const;
export const conditionSchema = z.object({
  from: nodeIdSchema,
  output: z.string(),
  op: z.enum(conditionOperators),
  /** Compared with; left out for `exists` and `empty`. */
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
});
export type Condition = z.infer<typeof conditionSchema>;

/** Maps the node over a list: a node's list output, or a list that the plan spells out. */
export const eachSchema = z.object({
  over: bindingSchema,
  /** `all`: one failed item fails the node. @default "some" */
  require: z.enum(["some", "all"]).optional(),
});
export type Each = z.infer<typeof eachSchema>;

export const planNodeSchema = z.strictObject({
  id: nodeIdSchema,
  task: z.string().min(1).max(100),
  inputs: z.record(z.string(), bindingSchema),
  /** Order only: these must have settled, in whatever way. */
  after: z.array(nodeIdSchema).optional(),
  when: conditionSchema.optional(),
  each: eachSchema.optional(),
  /** Insist on this expert. */
  expert: z.string().optional(),
});
export type PlanNode = z.infer<typeof planNodeSchema>;

/** References inside a binding, templates and lists included. */
export function referencesOf(binding: Binding): Reference[] {
  if ("from" in binding) return [binding];
  if ("template" in binding) return binding.template.filter((part) => typeof part !== "string");
  if ("list" in binding) return binding.list.flatMap(referencesOf);
  return [];
}

/** Every reference by which a node takes data: its inputs and what it is mapped over. */
export const dataReferences = remembered((node: Pick<PlanNode, "inputs" | "each">): readonly Reference[] => {
  const bindings = Object.values(node.inputs);
  return [...bindings, ...(node.each ? [node.each.over] : [])].flatMap(referencesOf);
});

/** Ids of all nodes that must settle before this one may start. */
export const dependenciesOf = remembered(
  (node: Pick<PlanNode, "inputs" | "each" | "after" | "when">): readonly string[] => {
    const ids = dataReferences(node).map((reference) => reference.from);
    return [...new Set([...ids, ...(node.when ? [node.when.from] : []), ...(node.after ?? [])])];
  },
);

/** Nodes never change once they are written, and with every commit all of them are asked again. */
function remembered<Key extends object, Result>(compute: (key: Key) => Result): (key: Key) => Result {
  const known = new WeakMap<Key, Result>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const result = compute(key);
    known.set(key, result);
    return result;
  };
}
