import { EpigraphError } from "../../errors/epigraph-error.ts";
import { callerOf } from "../api/function-request.ts";
import { requireRight } from "../authorization.ts";
import type { Exchange } from "../exchange.ts";
import { readJsonBody, requiredString } from "../json-body.ts";
import type { Route } from "../router.ts";
import type { ServerParts } from "../server-parts.ts";
import type { DashboardAsset } from "./dashboard-assets.ts";
import { sendPrivateJson } from "./private-json.ts";
import { recordedRequestRoutes } from "./recorded-requests.ts";

const PREFIX = "/_dashboard/";
/** Nothing from elsewhere, no code that is not a file of the dashboard, and no page around it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");
const SECURITY_HEADERS = [
  "content-security-policy",
  CONTENT_SECURITY_POLICY,
  "x-frame-options",
  "DENY",
  "x-content-type-options",
  "nosniff",
  "referrer-policy",
  "no-referrer",
  "cross-origin-opener-policy",
  "same-origin",
  "cross-origin-resource-policy",
  "same-origin",
];
const FOREVER = "public, max-age=31536000, immutable";

/** The dashboard: its files, and the few things that only it asks for. */
export const dashboardRoutes: readonly Route[] = [
  { method: "GET", path: "/_dashboard", handle: redirectToDashboard },
  { method: "POST", path: `${PREFIX}api/open`, handle: postOpen },
  { method: "GET", path: `${PREFIX}api/state`, handle: getState },
  ...recordedRequestRoutes,
  { method: "GET", path: PREFIX, handle: getAsset },
];

function redirectToDashboard(exchange: Exchange): void {
  exchange.send(308, ["location", PREFIX], "");
}

/** A file of the dashboard; every path without an extension is one of its views. */
async function getAsset(exchange: Exchange, { dashboard }: ServerParts): Promise<void> {
  const name = exchange.path.slice(PREFIX.length);
  const { assets } = dashboard;
  const asset = name.includes(".") ? await assets.find(name) : await assets.page();
  if (asset === null) exchange.send(404, [...SECURITY_HEADERS], "");
  else sendAsset(exchange, asset);
}

function sendAsset(exchange: Exchange, { contentType, bytes, gzipped, isHashed }: DashboardAsset): void {
  const isGzip = /\bgzip\b/.test(String(exchange.request.headers["accept-encoding"] ?? ""));
  const headers = [
    ...SECURITY_HEADERS,
    "content-type",
    contentType,
    "cache-control",
    isHashed ? FOREVER : "no-cache",
    "vary",
    "accept-encoding",
    ...(isGzip ? ["content-encoding", "gzip"] : []),
  ];
  exchange.send(200, headers, isGzip ? gzipped : bytes);
}

/** POST `{token}`: the admin key, for the token of a link that was not used before. */
async function postOpen(exchange: Exchange, { dashboard }: ServerParts): Promise<void> {
  const token = requiredString(await readJsonBody(exchange), "token");
  if (!dashboard.links.use(token)) {
    throw new EpigraphError("DashboardLinkInvalid", "This link was used already, or is too old.");
  }
  sendPrivateJson(exchange, JSON.stringify({ adminKey: dashboard.adminKey() }));
}

/** What the process is doing now, of which the database knows nothing. */
async function getState(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireRight(await callerOf(exchange, parts), "ViewMetrics");
  const { dashboard, instanceName, version, queries } = parts;
  const { rss, heapUsed } = process.memoryUsage();
  const { pool: _pool, ...calls } = dashboard.functionsState();
  sendPrivateJson(
    exchange,
    JSON.stringify({
      instanceName,
      version,
      uptimeMs: process.uptime() * 1000,
      rss,
      heapUsed,
      calls,
      // By function, since the start: what the results that are kept were good for.
      queryUse: queries.counts.all,
    }),
  );
}
