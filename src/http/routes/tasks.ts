import { TuttiError } from "../../errors.ts";
import { viewTask } from "../catalogue-view.ts";
import type { RouteFactory } from "../route.ts";
import { taskListSchema, taskViewSchema } from "../schemas-catalogue.ts";
import { taskParamsSchema } from "../schemas-request.ts";
import { readWith } from "../zod-faults.ts";

export const listTasksRoute: RouteFactory = ({ tutti }) => ({
  method: "get",
  path: "/v1/tasks",
  operation: {
    id: "listTasks",
    tag: "catalogue",
    summary: "What can be asked",
    responses: { 200: { description: "All tasks", content: { "application/json": taskListSchema } } },
    problems: [],
    example: 'curl "$TUTTI/v1/tasks"',
  },
  async handle(_request, response) {
    const { tasks, experts } = await tutti.health();
    response.json({ tasks: tasks.map((task) => viewTask(task, experts)) });
  },
});

export const getTaskRoute: RouteFactory = ({ tutti }) => ({
  method: "get",
  path: "/v1/tasks/:id",
  operation: {
    id: "getTask",
    tag: "catalogue",
    summary: "One task: what it takes, what it gives, who does it",
    params: taskParamsSchema,
    responses: { 200: { description: "The task", content: { "application/json": taskViewSchema } } },
    problems: ["unknown-task"],
    example: 'curl "$TUTTI/v1/tasks/object-detection"',
  },
  async handle(request, response) {
    const { id } = readWith(taskParamsSchema, request.params);
    const { tasks, experts } = await tutti.health();
    const task = tasks.find((candidate) => candidate.id === id);
    if (!task)
      throw new TuttiError("unknown-task", `There is no task of this name. GET /v1/tasks lists all ${tasks.length}.`);
    response.json(viewTask(task, experts));
  },
});
