import { DatabaseError } from "../../database/database-error.ts";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import { canonicalFunctionPath } from "../../functions/function-path.ts";
import { requireRight } from "../authorization.ts";
import { corsHeaders } from "../cors.ts";
import type { Exchange } from "../exchange.ts";
import { type JsonBody, optionalString, readJsonBody, requiredString, wrongShape } from "../json-body.ts";
import type { ServerParts } from "../server-parts.ts";
import { sendJson } from "./function-answer.ts";
import { callerOf, parseComponentPath } from "./function-request.ts";

/** POST /api/cancel_job: `{id, componentId?}` */
export async function postCancelJob(exchange: Exchange, parts: ServerParts): Promise<void> {
  const { name } = requireRight(await callerOf(exchange, parts), "WriteData");
  const body = await readJsonBody(exchange);
  const [component, id] = [componentOf(body), requiredString(body, "id")];
  try {
    const path = await parts.jobs.cancel(component, id);
    await parts.audit.record(name, "cancel_scheduled_function", {
      scheduled_function_id: id,
      function_path: path,
    });
  } catch (error) {
    // The id is what is wrong with the request, nothing else.
    if (error instanceof DatabaseError && error.code === "InvalidArgument") throw wrongShape(error.message);
    throw error;
  }
  exchange.send(200, corsHeaders(exchange.request), "");
}

/** POST /api/cancel_all_jobs: `{componentId?, componentPath?, udfPath?, startNextTs?, endNextTs?}`, times in nanoseconds. */
export async function postCancelAllJobs(exchange: Exchange, parts: ServerParts): Promise<void> {
  const { name } = requireRight(await callerOf(exchange, parts), "WriteData");
  const body = await readJsonBody(exchange);
  const path = optionalString(body, "udfPath");
  const canceled = await parts.jobs.cancelAll({
    component: componentOf(body),
    path: path === null ? null : canonicalFunctionPath(path),
    fromMs: timeOf(body, "startNextTs"),
    beforeMs: timeOf(body, "endNextTs"),
  });
  await parts.audit.record(name, "cancel_all_scheduled_functions", { function_path: path, canceled });
  sendJson(exchange, JSON.stringify({ canceled }));
}

/** POST /api/delete_scheduled_functions_table: `{componentId?}`. Removes every job, for when nothing else helps. */
export async function postDeleteScheduledFunctionsTable(
  exchange: Exchange,
  parts: ServerParts,
): Promise<void> {
  const { name } = requireRight(await callerOf(exchange, parts), "WriteData");
  const body = await readJsonBody(exchange);
  await parts.jobs.removeAll(componentOf(body));
  await parts.audit.record(name, "delete_scheduled_jobs_table", {});
  exchange.send(200, corsHeaders(exchange.request), "");
}

/** The app itself is the only component that has no id, and the only one there is. */
function componentOf(body: JsonBody): string {
  const id = optionalString(body, "componentId");
  if (id !== null && id !== "") {
    throw new EpigraphError("InvalidComponentPath", `There is no component with the id '${id}'`);
  }
  return parseComponentPath(optionalString(body, "componentPath"));
}

/** Milliseconds; null for none. Whole numbers of nanoseconds are too large for most JSON writers: text will do as well. */
function timeOf(body: JsonBody, field: string): number | null {
  const value = body[field] ?? null;
  if (value === null) return null;
  const ns =
    typeof value === "number"
      ? value
      : typeof value === "string" && /^\d+$/.test(value)
        ? Number(value)
        : NaN;
  if (Number.isFinite(ns)) return ns / 1e6;
  throw wrongShape(`${field}: expected nanoseconds since 1970`);
}
