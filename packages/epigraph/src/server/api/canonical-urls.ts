import type { BuiltInVariable } from "../../services/environment/environment-rules.ts";
import { requireAdmin, requireRight } from "../authorization.ts";
import { corsHeaders } from "../cors.ts";
import type { Exchange } from "../exchange.ts";
import { optionalString, readJsonBody, requiredString, wrongShape } from "../json-body.ts";
import { readPublicOrigin } from "../public-origin.ts";
import type { Handler } from "../router.ts";
import type { ServerParts } from "../server-parts.ts";
import { sendJson } from "./function-answer.ts";
import { callerOf } from "./function-request.ts";

export interface PublicUrls {
  readonly apiUrl: string;
  readonly siteUrl: string;
}

const MAX_URL_LENGTH = 2048;
/** What functions have each URL as. */
const VARIABLES: Readonly<Record<string, BuiltInVariable>> = {
  convexCloud: "CONVEX_CLOUD_URL",
  convexSite: "CONVEX_SITE_URL",
};

/** GET /api/v1/get_canonical_urls: where clients reach the deployment. */
export function getCanonicalUrls(urls: () => PublicUrls): Handler {
  return async function handle(exchange: Exchange, parts: ServerParts): Promise<void> {
    requireAdmin(await callerOf(exchange, parts));
    const { apiUrl, siteUrl } = urls();
    const convexCloudUrl = parts.environment.overrideOf("CONVEX_CLOUD_URL") ?? apiUrl;
    const convexSiteUrl = parts.environment.overrideOf("CONVEX_SITE_URL") ?? siteUrl;
    sendJson(exchange, JSON.stringify({ convexCloudUrl, convexSiteUrl }));
  };
}

/**
 * POST /api/v1/update_canonical_url: `{requestDestination: "convexCloud" | "convexSite", url?}`; without a URL it is again
 * as the deployment's settings say.
 */
export async function postUpdateCanonicalUrl(exchange: Exchange, parts: ServerParts): Promise<void> {
  const { name } = requireRight(await callerOf(exchange, parts), "WriteEnvironmentVariables");
  const body = await readJsonBody(exchange);
  const request_destination = requiredString(body, "requestDestination");
  const variable = Object.hasOwn(VARIABLES, request_destination) ? VARIABLES[request_destination] : undefined;
  if (variable === undefined) {
    throw wrongShape("requestDestination: expected one of convexCloud, convexSite");
  }
  const url = readUrl(optionalString(body, "url"));
  const before = parts.environment.overrideOf(variable);
  await parts.environment.override(variable, url);
  if (url !== null) {
    await parts.audit.record(name, "update_canonical_url", { request_destination, url });
  } else if (before !== null) {
    await parts.audit.record(name, "delete_canonical_url", { request_destination, url: before });
  }
  exchange.send(200, corsHeaders(exchange.request), "");
}

function readUrl(text: string | null): string | null {
  if (text === null) return null;
  const url = text.length > MAX_URL_LENGTH ? null : readPublicOrigin(text);
  if (url === null) throw wrongShape("url: expected a URL such as https://api.example.com");
  return url;
}
