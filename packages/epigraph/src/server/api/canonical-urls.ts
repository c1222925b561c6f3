import { requireAdmin } from "../authorization.ts";
import type { Exchange } from "../exchange.ts";
import type { Handler } from "../router.ts";
import type { ServerParts } from "../server-parts.ts";
import { sendJson } from "./function-answer.ts";
import { callerOf } from "./function-request.ts";

export interface PublicUrls {
  readonly apiUrl: string;
  readonly siteUrl: string;
}

/** GET /api/v1/get_canonical_urls: where clients reach the deployment. */
export function getCanonicalUrls(urls: () => PublicUrls): Handler {
  return async function handle(exchange: Exchange, parts: ServerParts): Promise<void> {
    requireAdmin(await callerOf(exchange, parts));
    const { apiUrl, siteUrl } = urls();
    sendJson(exchange, JSON.stringify({ convexCloudUrl: apiUrl, convexSiteUrl: siteUrl }));
  };
}
