import { parsePushRequest } from "../../../deploy/remote/push-request.ts";
import { isPlainObject } from "../../../values/value.ts";
import { requireRight } from "../../authorization.ts";
import type { Exchange } from "../../exchange.ts";
import { optionalString, requiredField, wrongShape } from "../../json-body.ts";
import { readLargeJsonBody } from "../../large-json-body.ts";
import type { Route } from "../../router.ts";
import type { ServerParts } from "../../server-parts.ts";
import { sendJson } from "../function-answer.ts";
import { callerOf } from "../function-request.ts";

const DEFAULT_WAIT_MS = 10_000;
const MAX_WAIT_MS = 60_000;

/** What the official CLI asks for when it pushes. */
export const pushRoutes: readonly Route[] = [
  { method: "POST", path: "/api/get_config_hashes", handle: postGetConfigHashes },
  { method: "POST", path: "/api/deploy2/evaluate_push", handle: postEvaluatePush },
  { method: "POST", path: "/api/deploy2/evaluate_schema", handle: postEvaluateSchema },
  { method: "POST", path: "/api/deploy2/start_push", handle: postStartPush },
  { method: "POST", path: "/api/deploy2/wait_for_schema", handle: postWaitForSchema },
  { method: "POST", path: "/api/deploy2/finish_push", handle: postFinishPush },
  { method: "POST", path: "/api/deploy2/report_push_completed", handle: postReportPushCompleted },
];

async function postGetConfigHashes(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireRight(await callerOf(exchange, parts), "Deploy");
  answer(exchange, parts.pushes.configHashes());
}

async function postEvaluatePush(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireRight(await callerOf(exchange, parts), "Deploy");
  const request = parsePushRequest(await readLargeJsonBody(exchange));
  answer(exchange, await parts.pushes.evaluate(request));
}

async function postEvaluateSchema(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireRight(await callerOf(exchange, parts), "Deploy");
  const request = parsePushRequest(await readLargeJsonBody(exchange));
  answer(exchange, await parts.pushes.evaluateSchema(request));
}

async function postStartPush(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireRight(await callerOf(exchange, parts), "Deploy");
  const request = parsePushRequest(await readLargeJsonBody(exchange));
  answer(exchange, await parts.pushes.start(request));
}

/** Answers at the end of the preparation, or when the time is over that the client gives. */
async function postWaitForSchema(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireRight(await callerOf(exchange, parts), "Deploy");
  const body = await readLargeJsonBody(exchange);
  const { timeoutMs } = body;
  const waitMs = typeof timeoutMs === "number" && timeoutMs >= 0 ? timeoutMs : DEFAULT_WAIT_MS;
  const signal = AbortSignal.timeout(Math.min(waitMs, MAX_WAIT_MS));
  answer(exchange, await parts.pushes.waitForSchema(requiredField(body, "schemaChange"), signal));
}

async function postFinishPush(exchange: Exchange, parts: ServerParts): Promise<void> {
  const { name } = requireRight(await callerOf(exchange, parts), "Deploy");
  const body = await readLargeJsonBody(exchange);
  const startPush = requiredField(body, "startPush");
  if (!isPlainObject(startPush)) throw wrongShape("startPush: expected an object");
  const { schemaChange } = startPush as Readonly<Record<string, unknown>>;
  const [isDryRun, message] = [body["dryRun"] === true, optionalString(body, "message")];
  const { report, answer: json } = await parts.pushes.finish(schemaChange, { isDryRun, message, name });
  if (report?.changed === true) {
    await parts.audit.record(name, "push_config", { message, functions: report.functions });
  }
  answer(exchange, json);
}

/** Timings of the client, which nobody here looks at. */
async function postReportPushCompleted(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireRight(await callerOf(exchange, parts), "Deploy");
  await readLargeJsonBody(exchange);
  answer(exchange, null);
}

function answer(exchange: Exchange, json: object | null): void {
  sendJson(exchange, JSON.stringify(json));
}
