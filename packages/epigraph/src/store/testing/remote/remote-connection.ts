import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { StoreError } from "../../store.ts";
import type { RemoteHost } from "./remote-host.ts";
import type { RemoteMessage, RemoteOperation, RemoteOperations, RemoteReply } from "./remote-messages.ts";

/**
 * Synchronous calls to another thread: the caller sleeps on a shared word until the answer is in the port. Nothing can
 * be delivered to a sleeping thread, the end of the other one neither, so every wait has an end; after a lost answer
 * nobody knows which answer is whose, so there is no next call.
 */
export class RemoteConnection {
  readonly #host: RemoteHost;
  readonly #port: MessagePort;
  readonly #answered: Int32Array;
  readonly #timeoutMs: number;
  #broken: StoreError | null = null;
  #roundTrips = 0;

  /**
   * @param answered one word: 0 while a caller waits, 1 once its answer is in the port.
   * @param timeoutMs an answer that takes longer counts as lost.
   */
  constructor(host: RemoteHost, port: MessagePort, answered: Int32Array, timeoutMs: number) {
    this.#host = host;
    this.#port = port;
    this.#answered = answered;
    this.#timeoutMs = timeoutMs;
  }

  /** Calls made so far that waited for an answer. */
  get roundTrips(): number {
    return this.#roundTrips;
  }

  /** @throws StoreError as the other side threw it, or `StoreBroken` when there is no answer. */
  call<Operation extends RemoteOperation>(
    operation: Operation,
    request: RemoteOperations[Operation]["request"],
  ): RemoteOperations[Operation]["answer"] {
    this.#checkReachable();
    this.#roundTrips++;
    Atomics.store(this.#answered, 0, 0);
    this.#send({ operation, request, isAwaited: true });
    if (Atomics.wait(this.#answered, 0, 0, this.#timeoutMs) === "timed-out") {
      throw this.#break(`it did not answer within ${this.#timeoutMs} ms`);
    }
    const { message: reply } = receiveMessageOnPort(this.#port) as { readonly message: RemoteReply };
    if (reply.type === "error") throw new StoreError(reply.code, reply.message);
    return reply.answer as RemoteOperations[Operation]["answer"];
  }

  /** Sends what needs no answer. */
  post<Operation extends RemoteOperation>(
    operation: Operation,
    request: RemoteOperations[Operation]["request"],
  ): void {
    if (this.#broken === null) this.#send({ operation, request, isAwaited: false });
  }

  /** Returns once the other side has let go of everything; at once when it can't be reached. */
  close(): void {
    try {
      this.call("close", null);
    } catch {
      // It has let go of everything by ending, or will when it ends.
    }
    this.#break("the connection is closed");
    this.#port.close();
  }

  #send(message: RemoteMessage): void {
    this.#port.postMessage(message);
  }

  #checkReachable(): void {
    if (this.#broken !== null) throw this.#broken;
    const { end } = this.#host;
    if (end !== null) throw this.#break(end);
  }

  /** Nothing can be asked any more. @returns why: the first reason stays. */
  #break(why: string): StoreError {
    this.#broken ??= new StoreError(
      "StoreBroken",
      `The remote store can't be reached (${why}), and whether the last writes are stored is unknown. Check the connection and the database, then restart the deployment: it recovers when it starts.`,
    );
    return this.#broken;
  }
}
