import http, { type ClientRequest, type IncomingMessage } from "node:http";
import type https from "node:https";
import { pipeline, type Readable } from "node:stream";
import type { IncomingBody, SinkAnswer } from "./action-frame.ts";
import { contentDecoders } from "./content-decoders.ts";
import type { Exchange, ExchangeHead, OutgoingRequest, StartExchange } from "./exchange.ts";
import { IncomingBodyChannel } from "./incoming-body-channel.ts";
import { outgoingHeaders } from "./outgoing-headers.ts";

/** Bytes of an answer that wait here for app code to read them. A whole answer of this size frees its connection at once. */
const WINDOW_BYTES = 64 * 1024;
/** Of an answer's head. */
const MAX_HEAD_BYTES = 64 * 1024;
/** How long a connection that nobody uses is kept; servers that close theirs sooner mostly say so. */
const IDLE_MS = 4_000;
/** Sending these twice does what sending them once does (RFC 9110, 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);
const WRONG_LENGTH = "The request's body is not as long as its content-length says";
/** What Node adds to the reason for people who start it themselves. */
const ADVICE = /; if the root CA is installed locally.*$/s;
const BODYLESS_STATUSES: ReadonlySet<number> = new Set([204, 205, 304]);

/** Exchanges over Node's own client, with connections kept for the next ones. */
export function nodeExchanges(): StartExchange {
  const clients = new Clients();
  return (request) => new NodeExchange(request, clients);
}

/** A module of Node's that sends requests, and the connections that it keeps. */
interface Client {
  readonly request: typeof http.request;
  readonly agent: http.Agent;
}

/** Made when they are needed: a runner whose functions fetch nothing does without TLS, which takes 2 MB. */
class Clients {
  #plain: Client | null = null;
  #secure: Client | null = null;

  get(protocol: string): Client {
    if (protocol === "https:") {
      this.#secure ??= newClient(process.getBuiltinModule("node:https"));
      return this.#secure;
    }
    this.#plain ??= newClient(http);
    return this.#plain;
  }
}

function newClient({ request, Agent }: typeof http | typeof https): Client {
  return { request, agent: new Agent({ keepAlive: true, timeout: IDLE_MS, scheduling: "lifo" }) };
}

class NodeExchange implements Exchange {
  readonly head: Promise<ExchangeHead>;
  readonly body: IncomingBody;
  readonly #request: OutgoingRequest;
  readonly #clients: Clients;
  readonly #answer: PromiseWithResolvers<ExchangeHead> = Promise.withResolvers();
  readonly #channel: IncomingBodyChannel;
  #outgoing: ClientRequest | null = null;
  /** The answer's body, without its codings. */
  #incoming: Readable | null = null;
  #waitingBytes = 0;
  #isOver = false;
  #onRoom: (() => void) | null = null;

  constructor(request: OutgoingRequest, clients: Clients) {
    this.#request = request;
    this.#clients = clients;
    this.#channel = new IncomingBodyChannel(
      (bytes) => this.#taken(bytes),
      () => this.cancel(),
    );
    this.body = this.#channel;
    this.head = this.#answer.promise;
    try {
      this.#send();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  chunk(bytes: Uint8Array, onRoom: () => void): SinkAnswer {
    if (this.#isOver || this.#outgoing === null) return "enough";
    try {
      if (this.#outgoing.write(bytes)) return "more";
    } catch {
      this.#fail(new Error(WRONG_LENGTH));
      return "enough";
    }
    this.#onRoom = onRoom;
    return "wait";
  }

  end(): void {
    if (this.#isOver) return;
    try {
      this.#outgoing?.end();
    } catch {
      this.#fail(new Error(WRONG_LENGTH));
    }
  }

  cancel(): void {
    this.#fail(new Error("The request was cancelled"));
  }

  #send(): void {
    const { url, method, body } = this.#request;
    const { protocol, hostname, host, port, pathname, search } = new URL(url);
    const { request, agent } = this.#clients.get(protocol);
    const outgoing = request({
      hostname: hostname.replace(/^\[|\]$/g, ""),
      port,
      path: pathname + search,
      method,
      headers: outgoingHeaders(this.#request, host),
      agent,
      maxHeaderSize: MAX_HEAD_BYTES,
    });
    this.#outgoing = outgoing;
    // Node's types know this of its servers only.
    (outgoing as ClientRequest & { strictContentLength: boolean }).strictContentLength = true;
    outgoing.once("response", (response) => this.#receive(response));
    outgoing.on("drain", () => this.#goOn());
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      // The server closed a kept connection while the request was on its way.
      if (this.#isAgainWorthwhile(outgoing, error)) this.#send();
      else this.#fail(error);
    });
    // Where there was neither an answer nor an error: the server wants another protocol.
    outgoing.once("close", () => {
      if (this.#outgoing === outgoing && this.#incoming === null) this.#fail(new Error("socket hang up"));
    });
    if (body.type === "stream") outgoing.flushHeaders();
    else outgoing.end(body.type === "whole" ? body.bytes : undefined);
  }

  #isAgainWorthwhile(outgoing: ClientRequest, { code }: NodeJS.ErrnoException): boolean {
    const { body, method } = this.#request;
    const isClosed = outgoing.reusedSocket && (code === "ECONNRESET" || code === "EPIPE");
    const isUnanswered = this.#outgoing === outgoing && this.#incoming === null && !this.#isOver;
    return isClosed && isUnanswered && body.type !== "stream" && IDEMPOTENT.has(method);
  }

  #receive(response: IncomingMessage): void {
    const status = response.statusCode as number;
    const hasBody = this.#request.method !== "HEAD" && !BODYLESS_STATUSES.has(status);
    const decoders = hasBody ? contentDecoders(response.headers["content-encoding"]) : [];
    const incoming = (
      decoders.length === 0 ? response : pipeline([response, ...decoders], () => {})
    ) as Readable;
    this.#incoming = incoming;
    incoming.on("data", (bytes: Buffer) => {
      this.#waitingBytes += bytes.length;
      this.#channel.push(bytes);
      if (this.#waitingBytes >= WINDOW_BYTES) incoming.pause();
    });
    incoming.once("end", () => this.#complete());
    incoming.on("error", (error) => this.#fail(error));
    this.#answer.resolve({
      status,
      statusText: response.statusMessage as string,
      headers: headerPairs(response.rawHeaders, decoders.length > 0),
      hasBody,
    });
  }

  #taken(bytes: number): void {
    this.#waitingBytes -= bytes;
    if (this.#waitingBytes < WINDOW_BYTES) this.#incoming?.resume();
  }

  #complete(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#channel.end();
    // The server has said all it has to say: it won't read what it has not read by now.
    if (this.#outgoing?.writableFinished === false) this.#outgoing.destroy();
    this.#goOn();
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const reason = new Error(networkReason(error));
    this.#answer.reject(reason);
    this.#channel.fail(reason);
    this.#outgoing?.destroy();
    this.#incoming?.destroy();
    this.#goOn();
  }

  /** Whoever waits to send more may go on, or learns that there is no use in it. */
  #goOn(): void {
    const onRoom = this.#onRoom;
    this.#onRoom = null;
    onRoom?.();
  }
}

/** @param isDecoded whether the body is no longer what these headers say of its coding and length. */
function headerPairs(flat: readonly string[], isDecoded: boolean): readonly (readonly [string, string])[] {
  const pairs: [string, string][] = [];
  for (let i = 0; i < flat.length; i += 2) {
    const name = (flat[i] as string).toLowerCase();
    if (isDecoded && (name === "content-encoding" || name === "content-length")) continue;
    pairs.push([name, flat[i + 1] as string]);
  }
  return pairs;
}

function networkReason(error: Error): string {
  // One for each address of the host.
  if (error instanceof AggregateError) return error.errors.map(networkReason).join("; ");
  if (error.message === "aborted") return "The connection was closed before the whole response had arrived";
  return error.message.replace(ADVICE, "");
}
