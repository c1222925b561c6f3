import { requireAdmin } from "../authorization.ts";
import type { Exchange } from "../exchange.ts";
import type { ServerParts } from "../server-parts.ts";
import { sendJson } from "./function-answer.ts";
import { callerOf } from "./function-request.ts";

/** GET /api/check_admin_key: whether the key opens this deployment, and for what; no listed operation means every one. */
export async function getCheckAdminKey(exchange: Exchange, parts: ServerParts): Promise<void> {
  const { rights } = requireAdmin(await callerOf(exchange, parts));
  const allowedOps = rights === "all" ? [] : rights;
  const isReadOnly = rights !== "all" && !rights.includes("Deploy");
  sendJson(exchange, JSON.stringify({ success: true, allowedOps, isReadOnly }));
}
