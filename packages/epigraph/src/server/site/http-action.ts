import type { IncomingMessage } from "node:http";
import { Disconnect, type HttpActionCall } from "../../functions/calls.ts";
import { authenticateHttpAction } from "../authorization.ts";
import type { Exchange } from "../exchange.ts";
import type { RequestIds } from "../request-ids.ts";
import { normalizePath, normalizeQuery } from "../request-target.ts";
import type { ServerParts } from "../server-parts.ts";
import type { ExternalOrigins } from "./external-origin.ts";
import { answerHttpAction } from "./http-action-answer.ts";
import { takeRequestBody } from "./request-body.ts";

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** For the `Allow` header. */
export const HTTP_ACTION_METHODS: string = [...METHODS].toSorted().join(",");
const METHODS_WITHOUT_BODY: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

export interface HttpActionRequest {
  /** As sent, without `/http`. */
  readonly path: string;
  /** Host of a request target in absolute form. */
  readonly authority: string | null;
}

/** Hands a request to the app's HTTP actions and answers with what they make of it. */
export async function handleHttpAction(
  exchange: Exchange,
  parts: ServerParts,
  target: HttpActionRequest,
  shared: { readonly origins: ExternalOrigins; readonly requestIds: RequestIds },
): Promise<void> {
  const { request, response } = exchange;
  const method = request.method as string;
  if (!METHODS.has(method)) {
    exchange.send(405, ["allow", HTTP_ACTION_METHODS], "");
    return;
  }
  const disconnect = new Disconnect();
  exchange.limitHeadTime(parts.limits.headTimeoutMs, () => disconnect.abort());
  response.once("close", () => {
    if (!response.writableFinished) disconnect.abort();
  });
  const call = await readCall(exchange, parts, { ...target, method, disconnect, origins: shared.origins });
  const { functions, requests } = parts;
  const outcome =
    requests === null
      ? await functions.httpAction(call)
      : await requests.run(call, (watched) => functions.httpAction(watched));
  await answerHttpAction(exchange, parts, outcome, () => shared.requestIds.next());
}

async function readCall(
  exchange: Exchange,
  parts: ServerParts,
  rest: HttpActionRequest &
    Pick<HttpActionCall, "method" | "disconnect"> & { readonly origins: ExternalOrigins },
): Promise<HttpActionCall> {
  const { request, query, requestId } = exchange;
  const path = normalizePath(rest.path);
  const origin = rest.origins.of(request.headers, request.socket.remoteAddress, rest.authority);
  const body = METHODS_WITHOUT_BODY.has(rest.method)
    ? null
    : await takeRequestBody(request, parts.limits.httpActionRequestBytes);
  const caller = authenticateHttpAction(request.headers.authorization, query, parts);
  return {
    method: rest.method,
    url: query === "" ? origin + path : `${origin}${path}?${normalizeQuery(query)}`,
    path,
    headers: headerPairs(request, requestId),
    body,
    caller: caller instanceof Promise ? await caller : caller,
    request: exchange.info(),
    disconnect: rest.disconnect,
    watcher: null,
  };
}

/** All headers as sent, names in lower case, and the request id where the client sent none. */
function headerPairs(
  { rawHeaders, headers }: IncomingMessage,
  requestId: string,
): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    pairs.push([(rawHeaders[i] as string).toLowerCase(), rawHeaders[i + 1] as string]);
  }
  if (headers["convex-request-id"] === undefined) pairs.push(["convex-request-id", requestId]);
  return pairs;
}
