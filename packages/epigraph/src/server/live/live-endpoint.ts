import { setTimeout as wait } from "node:timers/promises";
import { toEpigraphError } from "../../errors/epigraph-error.ts";
import { toQueryCaller } from "../../functions/queries/query-caller.ts";
import type { QueryOutcome, QueryResult } from "../../functions/queries/query-result.ts";
import { quietTimer } from "../../quiet-timer.ts";
import type { SyncToken } from "../../sync/protocol/client-message.ts";
import type { Authenticate } from "../../sync/session/session-identity.ts";
import type { StreamRequest } from "../../sync/stream/live-stream.ts";
import { LiveStreams } from "../../sync/stream/live-streams.ts";
import { Turns } from "../../sync/turns.ts";
import { credentialsOf } from "../api/function-request.ts";
import { parseQueryString } from "../api/query-string.ts";
import type { Credentials } from "../authorization.ts";
import { corsHeaders } from "../cors.ts";
import type { Exchange } from "../exchange.ts";
import { parseFormat } from "../format.ts";
import type { ServerParts } from "../server-parts.ts";
import { syncAuthentication } from "../sync/sync-authentication.ts";
import { acceptsStream } from "./accepts-stream.ts";
import { type Answer, Answers } from "./answers.ts";
import { latestResult } from "./latest-result.ts";
import { ResponseSink } from "./response-sink.ts";

/** What the request is decides which answer it gets, and whose it is. */
const VARY = "accept, authorization";
const STREAM_HEADERS: readonly string[] = [
  "content-type",
  "text/event-stream",
  "cache-control",
  "no-store",
  // Common reverse proxies hold events back otherwise.
  "x-accel-buffering",
  "no",
];

/** GET /api/live?path=&args=&format=: a query's result, and whatever becomes of it. */
export class LiveEndpoint {
  readonly #parts: ServerParts;
  readonly #authenticate: Authenticate;
  readonly #answers: Answers;
  readonly #streams: LiveStreams;

  constructor(parts: ServerParts) {
    const { queries, redactErrors, reportFault, limits } = parts;
    this.#parts = parts;
    this.#authenticate = syncAuthentication(parts);
    this.#answers = new Answers(redactErrors);
    this.#streams = new LiveStreams({
      queries,
      authenticate: this.#authenticate,
      nowMs: Date.now,
      sleep: (ms) => wait(ms, undefined, { ref: false }),
      setTimer: quietTimer,
      turns: new Turns(() => performance.now()),
      reportFault: (error) => reportFault(error, { requestId: "-", path: "/api/live" }),
      limits: limits.live,
    });
  }

  async handle(exchange: Exchange): Promise<void> {
    const { request, client } = exchange;
    const token = toToken(credentialsOf(exchange));
    const { path, argsJson, format: formatName } = parseQueryString(exchange.query);
    const accepted = await this.#authenticate(token);
    const format = parseFormat(formatName, client);
    const live: StreamRequest = {
      query: { path, componentPath: "", argsJson },
      token,
      accepted,
      minTs: this.#parts.functions.latestTs(),
      lastId: header(request.headers["last-event-id"]),
      toEvent: (result, outcome) => this.#answers.of(result, outcome, format),
    };
    if (acceptsStream(request)) this.#stream(exchange, live);
    else await this.#answer(exchange, live, (result, outcome) => this.#answers.of(result, outcome, format));
  }

  get state(): LiveStreams["state"] {
    return this.#streams.state;
  }

  /** Ends all streams, and those that still come. */
  close(): void {
    this.#streams.close();
  }

  #stream(exchange: Exchange, request: StreamRequest): void {
    const { response } = exchange;
    this.#streams.checkRoom();
    if (!exchange.sendHead(200, [...corsHeaders(exchange.request), "vary", VARY, ...STREAM_HEADERS])) return;
    const stream = this.#streams.open(new ResponseSink(response), request);
    response.on("drain", () => stream.drained());
    response.once("close", () => stream.gone());
  }

  async #answer(
    exchange: Exchange,
    { query, accepted, minTs }: StreamRequest,
    toAnswer: (result: QueryResult, outcome: QueryOutcome) => Answer,
  ): Promise<void> {
    const { request, response, requestId, path } = exchange;
    const { queries, reportFault } = this.#parts;
    const latest = await latestResult(queries, {
      query,
      caller: toQueryCaller(accepted.caller),
      minTs,
      whenGone: (listener) => response.once("close", listener),
      onTrouble: (error) => reportFault(toEpigraphError(error), { requestId, path }),
    });
    if (latest === null) return;
    const { id, json, isSuccess } = toAnswer(latest.result, latest.outcome);
    const headers = [...corsHeaders(request), "vary", VARY, "access-control-expose-headers", "etag"];
    // A failure may be of the moment, and tells the id of its run.
    if (isSuccess) headers.push("etag", `"${id}"`, "cache-control", "private, no-cache");
    else headers.push("cache-control", "no-store");
    if (isSuccess && matches(request.headers["if-none-match"], id)) {
      if (exchange.sendHead(304, headers)) exchange.end();
      return;
    }
    headers.push("content-type", "application/json");
    exchange.send(200, headers, json);
  }
}

function toToken(credentials: Credentials): SyncToken {
  switch (credentials.type) {
    case "none":
      return { type: "None" };
    case "bearer":
      return { type: "User", token: credentials.token };
    case "admin":
      return { type: "Admin", key: credentials.key, actingAs: credentials.actingAs };
  }
}

function header(value: string | string[] | undefined): string | null {
  return typeof value === "string" ? value : null;
}

/** Whether an `If-None-Match` header holds the ETag of an id. */
function matches(given: string | undefined, id: string): boolean {
  if (given === undefined) return false;
  return given
    .split(",")
    .some((tag) => /^\s*(?:W\/)?"([^"]*)"\s*$/.exec(tag)?.[1] === id || tag.trim() === "*");
}
