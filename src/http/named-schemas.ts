/** Schemas that the documentation calls by a name, instead of writing them out where they are used. */
import type { z } from "zod";
import { bindingSchema, planNodeSchema } from "../run/plan-node.ts";
import { valueSchema, valueTypeSchema } from "../run/value.ts";
import { problemSchema } from "./problem.ts";
import { assetInfoSchema, expertViewSchema, readinessSchema, taskViewSchema } from "./schemas-catalogue.ts";
import { graphSchema } from "./schemas-graph.ts";
import { requestMessageSchema, requestPartSchema, runBodySchema } from "./schemas-request.ts";
import {
  answerViewSchema,
  nodeViewSchema,
  planViewSchema,
  runEventSchema,
  runListSchema,
  runViewSchema,
} from "./schemas-run.ts";
import { valueViewSchema } from "./schemas-value.ts";

export const namedSchemas: Readonly<Record<string, z.ZodType>> = {
  RunRequest: runBodySchema,
  RequestMessage: requestMessageSchema,
  RequestPart: requestPartSchema,
  Run: runViewSchema,
  RunNode: nodeViewSchema,
  Answer: answerViewSchema,
  RunList: runListSchema,
  RunEvent: runEventSchema,
  RunGraph: graphSchema,
  Plan: planViewSchema,
  PlanNode: planNodeSchema,
  Binding: bindingSchema,
  Value: valueSchema,
  ValueType: valueTypeSchema,
  RecordedValue: valueViewSchema,
  Asset: assetInfoSchema,
  Task: taskViewSchema,
  Expert: expertViewSchema,
  Readiness: readinessSchema,
  Problem: problemSchema,
};
