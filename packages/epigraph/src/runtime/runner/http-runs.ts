import type { HttpActionRequest } from "./action-call.ts";
import type { RunningAction } from "./action-frame.ts";
import type { ActionRunner } from "./action-runner.ts";
import { describeFault, toHttpEnd } from "./ends.ts";
import { IncomingBodyChannel } from "./incoming-body-channel.ts";
import type { FromRunner, HttpEnd, HttpMessage, ToRunner } from "./messages.ts";
import { ResponseChannel } from "./response-channel.ts";

/** What is known of an HTTP action while it runs. */
interface RunningHttp {
  readonly body: IncomingBodyChannel | null;
  readonly response: ResponseChannel;
  action: RunningAction | null;
}

/** What the host tells of a request that runs already. */
type HttpProgress = Extract<
  ToRunner,
  { readonly type: "bodyChunk" | "bodyEnd" | "bodyError" | "responseTaken" | "disconnect" }
>;

export interface HttpRunsParts {
  readonly actions: ActionRunner;
  readonly send: (message: FromRunner) => void;
  readonly maxResponseBytes: number | undefined;
}

/** The HTTP actions that run, each between the body that comes in and the response that goes out. */
export class HttpRuns {
  readonly #parts: HttpRunsParts;
  readonly #running = new Map<number, RunningHttp>();

  constructor(parts: HttpRunsParts) {
    this.#parts = parts;
  }

  /** Runs one to its end, however that is. */
  async run(
    message: HttpMessage,
    watch: Pick<HttpActionRequest, "logs" | "usage" | "explain" | "recorder">,
  ): Promise<HttpEnd> {
    const { job, headJson, routedPath, caller, request } = message;
    const { actions, send, maxResponseBytes } = this.#parts;
    const body = message.body === "stream" ? this.#openBody(job) : null;
    const response = new ResponseChannel(job, send, watch.logs, maxResponseBytes);
    const running: RunningHttp = { body, response, action: null };
    this.#running.set(job, running);
    try {
      const action = actions.runHttp({
        job,
        headJson,
        routedPath,
        body: message.body === "stream" ? body : message.body,
        caller,
        request,
        response,
        ...watch,
      });
      running.action = action;
      return action === null ? { type: "notEnabled" } : toHttpEnd(await action.outcome, response, watch.logs);
    } catch (error) {
      return { type: "fault", ...describeFault(error) };
    } finally {
      this.#running.delete(job);
    }
  }

  receive(message: HttpProgress): void {
    const running = this.#running.get(message.job);
    switch (message.type) {
      case "bodyChunk":
        running?.body?.push(message.bytes);
        return;
      case "bodyEnd":
        running?.body?.end();
        return;
      case "bodyError":
        running?.body?.fail(new Error(message.message));
        return;
      case "responseTaken":
        running?.response.taken(message.bytes);
        return;
      case "disconnect":
        running?.action?.disconnect();
    }
  }

  #openBody(job: number): IncomingBodyChannel {
    const { send } = this.#parts;
    return new IncomingBodyChannel(
      (bytes) => send({ type: "bodyTaken", job, bytes }),
      () => send({ type: "bodyCancelled", job }),
    );
  }
}
