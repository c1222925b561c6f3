import type { EpigraphError } from "../errors/epigraph-error.ts";
import type { ResponseHead } from "../runtime/kernel/bridge.ts";
import type { CallError } from "../runtime/runner/call-error.ts";
import type { FromRunner, HttpEnd, HttpReport } from "../runtime/runner/messages.ts";
import { toFault } from "./call-job.ts";
import type { HttpActionCall, HttpActionOutcome } from "./calls.ts";
import {
  type ExecutionEvent,
  type ExecutionFault,
  type ExecutionIdentity,
  identityTypeOf,
} from "./execution-event.ts";
import type { Job, JobLink } from "./job.ts";
import { RequestBodyPump } from "./request-body-pump.ts";
import { ResponseBody } from "./response-body.ts";

/** A request to an HTTP action. */
export class HttpJob implements Job {
  readonly outcome: Promise<HttpActionOutcome>;
  /** Resolves when the function has ended, which a streamed answer makes later than the outcome. */
  readonly ended: Promise<void>;
  readonly #call: HttpActionCall;
  readonly #emit: (event: ExecutionEvent) => void;
  readonly #resolve: (outcome: HttpActionOutcome) => void;
  readonly #reject: (error: EpigraphError) => void;
  readonly #onEnded: () => void;
  #link: JobLink | null = null;
  #requestBody: RequestBodyPump | null = null;
  #responseBody: ResponseBody | null = null;
  #head: ResponseHead | null = null;
  /** Where it failed without a response; of the others the head tells it. */
  #failedRoute: string | null = null;
  #isDisconnected = false;

  constructor(call: HttpActionCall, emit: (event: ExecutionEvent) => void) {
    this.#call = call;
    this.#emit = emit;
    const { promise, resolve, reject } = Promise.withResolvers<HttpActionOutcome>();
    this.outcome = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    const { promise: ended, resolve: onEnded } = Promise.withResolvers<void>();
    this.ended = ended;
    this.#onEnded = onEnded;
    call.disconnect.listen(() => this.#disconnect());
  }

  /** By what the methods mean; an app may do otherwise. */
  get mayWrite(): boolean {
    const { method } = this.#call;
    return method !== "GET" && method !== "HEAD";
  }

  /** A body that streams is at its runner as far as it came. */
  get canMove(): boolean {
    return this.#requestBody === null;
  }

  /** Its effects happen while it runs. */
  readonly canRepeat = false;

  start(link: JobLink): void {
    const { method, url, path, headers, body, caller, request, disconnect, watcher } = this.#call;
    const isWhole = body === null || body instanceof Uint8Array;
    this.#link = link;
    link.send({
      type: "http",
      job: link.job,
      headJson: JSON.stringify([url, method, headers]),
      routedPath: path,
      body: isWhole ? body : "stream",
      caller,
      request,
      isRecorded: watcher !== null,
    });
    if (!isWhole) {
      this.#requestBody = new RequestBodyPump(link, body);
      void this.#requestBody.run();
    }
    if (disconnect.aborted) this.#sendDisconnect();
  }

  receive(message: FromRunner): boolean {
    switch (message.type) {
      case "line": {
        const { line, elapsedMs } = message;
        this.#emit({ type: "lines", ...this.#identity, lines: [line], elapsedMs });
        this.#call.watcher?.line(line, elapsedMs);
        return false;
      }
      case "head":
        this.#begin(JSON.parse(message.headJson) as ResponseHead, message.body);
        return false;
      case "chunk":
        this.#responseBody?.push(message.bytes);
        return false;
      case "bodyTaken":
        this.#requestBody?.taken(message.bytes);
        return false;
      case "bodyCancelled":
        this.#requestBody?.stop();
        return false;
      case "recorded":
        this.#call.watcher?.called(message.record);
        return false;
      case "httpEnd":
        this.#end(message.end, message.report);
        return true;
      default:
        return false;
    }
  }

  committed(): void {
    throw new Error("An HTTP action is no transaction");
  }

  fail(error: CallError): void {
    const end: HttpEnd = this.#head === null ? { type: "error", error, route: null } : { type: "done" };
    this.#end(end, null, new Error(error.message));
  }

  #begin(head: ResponseHead, body: string | Uint8Array | null): void {
    this.#head = head;
    const { status, headers, stream } = head;
    if (stream) {
      this.#responseBody = new ResponseBody(
        (bytes) => this.#send((job) => ({ type: "responseTaken", job, bytes })),
        () => this.#disconnect(),
      );
    }
    this.#resolve({ type: "response", status, headers, body: this.#responseBody ?? body });
  }

  /**
   * @param report null when the runner is gone.
   * @param broken set when the connection must break for the client to see that the body is not complete.
   */
  #end(end: HttpEnd, report: HttpReport | null, broken: Error | null = null): void {
    this.#requestBody?.stop();
    this.#responseBody?.end(broken);
    this.#onEnded();
    switch (end.type) {
      case "done":
        this.#finish(report, { status: this.#head?.status ?? 500 });
        break;
      case "noRoute":
        this.#finish(report, { status: 404 });
        this.#resolve({ type: "noRoute" });
        break;
      case "notEnabled":
        // Nothing ran: there is nothing to tell.
        this.#resolve({ type: "notEnabled" });
        break;
      case "error":
        this.#failedRoute = end.route;
        this.#finish(report, { status: 500, error: end.error });
        this.#resolve({ type: "error", error: end.error });
        break;
      case "fault": {
        const fault = toFault(end);
        this.#finish(report, { status: fault.status, fault });
        this.#reject(fault);
      }
    }
  }

  #finish(
    report: HttpReport | null,
    {
      status,
      error = null,
      fault = null,
    }: {
      readonly status: number;
      readonly error?: CallError | null;
      readonly fault?: ExecutionFault | null;
    },
  ): void {
    this.#call.watcher?.ended(this.#route, report?.durationMs ?? null);
    this.#emit({
      type: "end",
      ...this.#identity,
      identityType: identityTypeOf(this.#call.caller),
      origin: "HttpEndpoint",
      isCached: false,
      status,
      durationMs: report?.durationMs ?? 0,
      error,
      fault,
      usage: report?.usage ?? null,
      lines: [],
      isKnown: this.#route !== null,
    });
  }

  #disconnect(): void {
    if (this.#isDisconnected) return;
    this.#isDisconnected = true;
    this.#sendDisconnect();
  }

  #sendDisconnect(): void {
    this.#send((job) => ({ type: "disconnect", job }));
  }

  #send(message: (job: number) => Parameters<JobLink["send"]>[0]): void {
    if (this.#link !== null) this.#link.send(message(this.#link.job));
  }

  /** As the app's router has it, once that is known. */
  get #route(): string | null {
    return this.#head?.route ?? this.#failedRoute;
  }

  get #identity(): ExecutionIdentity {
    const { method, path, request } = this.#call;
    const identifier = this.#route ?? `${method === "HEAD" ? "GET" : method} ${path}`;
    return { identifier, kind: "httpAction", requestId: request.requestId };
  }
}
