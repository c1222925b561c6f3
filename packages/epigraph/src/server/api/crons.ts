import type { CronControl } from "../../services/crons/cron-control.ts";
import { requireAdmin } from "../authorization.ts";
import { corsHeaders } from "../cors.ts";
import type { Exchange } from "../exchange.ts";
import { optionalString, readJsonBody, requiredString } from "../json-body.ts";
import type { ServerParts } from "../server-parts.ts";
import { sendJson } from "./function-answer.ts";
import { callerOf, parseComponentPath } from "./function-request.ts";

const ROOT = "";

/** GET /api/crons: those of the app, with when they run next and how their last runs ended. */
export async function getCrons(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireAdmin(await callerOf(exchange, parts));
  sendJson(exchange, JSON.stringify({ crons: parts.crons.list(ROOT) }));
}

/** POST /api/run_cron, /api/pause_cron and /api/resume_cron: `{name, componentPath?}`. */
export function postCron(
  change: keyof Pick<CronControl, "runNow" | "pause" | "resume">,
): (exchange: Exchange, parts: ServerParts) => Promise<void> {
  return async (exchange, parts) => {
    requireAdmin(await callerOf(exchange, parts));
    const body = await readJsonBody(exchange);
    const component = parseComponentPath(optionalString(body, "componentPath"));
    await parts.crons[change](component, requiredString(body, "name"));
    exchange.send(200, corsHeaders(exchange.request), "");
  };
}
