/** What is recorded of a repair: every change to a plan, and every node that is lost. */

/** Every kind of {@link Mend}, with what it means. */
export const mendKinds = {
  malformed: "Part of the plan had not the shape of a plan, and was read as well as could be.",
  "broken-link": "A link names a node that is not in the plan; it is left out.",
  "renamed-task": "The catalogue calls the task by another name.",
  renumbered: "References were counted from 1.",
  "broken-reference":
    "A reference to no node, to its own node or to a dropped one; something that fits took its place.",
  "wrong-type": "The input wants another type; something that fits took the argument's place.",
  "invented-file": "A file that the request does not have; something that fits took its place, or nothing.",
  blank: "A placeholder that nobody filled in; something that fits took its place, or nothing.",
  filled: "A required input had no argument.",
  converted: "A converter was put in between.",
  "surplus-argument": "The task has no input for an argument; it is left out.",
  joined: "Several texts were given for one input; they are joined.",
  cycle: "Nodes were to wait for each other; one link of the circle is taken out.",
  duplicate: "A node did the same as an earlier one; the two are one now.",
  "unknown-task": "The catalogue has no such task; the node is dropped.",
  "missing-input": "A required input can't be filled; the node is refused.",
  "needs-refused": "The node needs one that is refused; it is refused as well.",
  "empty-plan": "There is no node in the plan.",
  "too-many-nodes": "The plan is longer than allowed.",
  unfit: "The plan check objects to the node; it is refused.",
} as const satisfies Record<string, string>;

export type MendKind = keyof typeof mendKinds;

export interface Mend {
  /** The node's id; empty where it is about the plan. */
  readonly node: string;
  readonly kind: MendKind;
  /** One sentence for people. */
  readonly text: string;
}

const losing: ReadonlySet<MendKind> = new Set(["unknown-task", "missing-input", "needs-refused", "unfit"]);

/** Whether a node was lost by it. */
export const losesNode = ({ kind }: Mend): boolean => losing.has(kind);
