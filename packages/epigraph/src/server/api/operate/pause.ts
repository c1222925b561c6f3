import { requireRight } from "../../authorization.ts";
import { corsHeaders } from "../../cors.ts";
import type { Exchange } from "../../exchange.ts";
import type { ServerParts } from "../../server-parts.ts";
import { callerOf } from "../function-request.ts";

/** POST /api/v1/pause_deployment: from its answer on, no function of the app runs. */
export async function postPause(exchange: Exchange, parts: ServerParts): Promise<void> {
  const { name } = requireRight(await callerOf(exchange, parts), "PauseDeployment");
  await parts.pause.pause();
  await parts.audit.record(name, "pause_deployment", {});
  exchange.send(200, corsHeaders(exchange.request), "");
}

/** POST /api/v1/unpause_deployment */
export async function postUnpause(exchange: Exchange, parts: ServerParts): Promise<void> {
  const { name } = requireRight(await callerOf(exchange, parts), "UnpauseDeployment");
  await parts.pause.resume();
  await parts.audit.record(name, "unpause_deployment", {});
  exchange.send(200, corsHeaders(exchange.request), "");
}
