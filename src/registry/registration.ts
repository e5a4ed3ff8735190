/** What somebody writes to register an expert: its card with defaults, and how its provider reaches it. */
import { z } from "zod";
import { expertCardSchema, registrableProviders, lanes } from "./expert-card.ts";
import { taskSpecSchema } from "./task-spec.ts";

const shape = expertCardSchema.shape;

/** Only names that look like secrets: a registration shall not be able to send any variable to any server. */
const secretVariable = /^[A-Z][A-Z0-9_]*(KEY|TOKEN|SECRET|PASSWORD)$/;

/** A text that is stored and never shown again, or the name of a variable of the worker's environment. */
export const secretSchema = z.union([
  z.string().min(1).max(10_000),
  z.strictObject({
    env: z.string().regex(secretVariable, "expected a variable that ends in KEY, TOKEN, SECRET or PASSWORD"),
  }),
]);
export type Secret = z.infer<typeof secretSchema>;

export const registrationSchema = z.strictObject({
  id: shape.id,
  /** A new version takes over; what is running goes on with the one it began with. */
  version: z.string().min(1).max(50).default("1"),
  /** A task that is known, or a new one with its typed inputs and outputs. */
  task: z.union([z.string().min(1).max(100), taskSpecSchema]),
  title: z.string().min(1).max(200),
  description: z.string().max(2000).optional(),
  examples: z.array(z.string().max(500)).max(50).optional(),
  provider: z.enum(registrableProviders),
  /** What the provider needs to reach it; each provider says what. */
  settings: z.record(z.string(), z.unknown()).default({}),
  /** By the name under which the provider asks for it. Never shown again. */
  secrets: z.record(z.string().min(1).max(100), secretSchema).default({}),
  /** Hosts (`name`, `name:port`) or address ranges that may be called although they are private. */
  allowHosts: z.array(z.string().min(1).max(253)).max(20).default([]),
  lane: z.enum(lanes).exclude(["control"]).optional(),
  limits: shape.limits.partial().default({}),
  pure: z.boolean().default(false),
  effects: shape.effects.default("none"),
  licence: shape.licence.optional(),
  quality: z.string().max(1000).optional(),
  merit: shape.merit.default(0.5),
  cost: shape.cost,
  languages: shape.languages,
  /** Inputs for a trial call, as a plan gives them: literals only. Left out, they are made up by type. */
  sample: z.record(z.string(), z.unknown()).optional(),
  share: shape.share,
});
export type Registration = z.infer<typeof registrationSchema>;
