import type { CronControl } from "../../services/crons/cron-control.ts";
import { requireRight } from "../authorization.ts";
import { corsHeaders } from "../cors.ts";
import type { Exchange } from "../exchange.ts";
import { optionalString, readJsonBody, requiredString } from "../json-body.ts";
import type { ServerParts } from "../server-parts.ts";
import { sendJson } from "./function-answer.ts";
import { callerOf, parseComponentPath } from "./function-request.ts";

const ROOT = "";
const ACTIONS = { runNow: "run_cron", pause: "pause_cron", resume: "resume_cron" } as const;

/** GET /api/crons: those of the app, with when they run next and how their last runs ended. */
export async function getCrons(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireRight(await callerOf(exchange, parts), "ViewData");
  sendJson(exchange, JSON.stringify({ crons: parts.crons.list(ROOT) }));
}

/** POST /api/run_cron, /api/pause_cron and /api/resume_cron: `{name, componentPath?}`. */
export function postCron(
  change: keyof Pick<CronControl, keyof typeof ACTIONS>,
): (exchange: Exchange, parts: ServerParts) => Promise<void> {
  return async (exchange, parts) => {
    const caller = requireRight(await callerOf(exchange, parts), "WriteData");
    const body = await readJsonBody(exchange);
    const component = parseComponentPath(optionalString(body, "componentPath"));
    const name = requiredString(body, "name");
    await parts.crons[change](component, name);
    await parts.audit.record(caller.name, ACTIONS[change], { cron: name });
    exchange.send(200, corsHeaders(exchange.request), "");
  };
}
