import { pipeline } from "node:stream/promises";
import { requireRight } from "../../authorization.ts";
import { corsHeaders } from "../../cors.ts";
import type { Exchange } from "../../exchange.ts";
import type { ServerParts } from "../../server-parts.ts";
import { callerOf } from "../function-request.ts";

/** GET /api/epigraph/backup: everything of the deployment, its secret too, so for keys that allow everything. */
export async function getBackup(exchange: Exchange, parts: ServerParts): Promise<void> {
  const { name } = requireRight(await callerOf(exchange, parts), "ManageKeys");
  const backup = await parts.openBackup();
  try {
    await parts.audit.record(name, "download_backup", {});
    const headers = corsHeaders(exchange.request);
    headers.push("content-type", "application/zip", "cache-control", "no-store");
    if (!exchange.sendHead(200, headers)) return;
    await pipeline(backup.stream, exchange.response);
  } catch (error) {
    // Whoever reads sees that the end is missing.
    exchange.response.destroy();
    const hasGone = (error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE";
    if (!hasGone) parts.reportFault(error as Error, { requestId: "backup", path: exchange.path });
  } finally {
    await backup.close();
  }
}
