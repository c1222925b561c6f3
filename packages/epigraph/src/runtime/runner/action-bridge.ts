import { type FetchHead, type FileHead, type HostBridge, INCOMING_EXCHANGE } from "../kernel/bridge.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { bytesInto, type KernelEntry } from "../realm/realm.ts";
import { textPieces } from "../realm/text-pieces.ts";
import { answerOperation, operationFailure, readOutcome } from "./action-answers.ts";
import type { ActionFrame, ActionOutcome, SinkAnswer } from "./action-frame.ts";
import type { ActionState } from "./action-state.ts";
import type { Code } from "./code.ts";
import { answerCrypto, answerCryptoLater, cryptoTimedOut } from "./crypto/crypto-door.ts";
import type { Effects } from "./effects.ts";
import { openFile, storeFile } from "./file-calls.ts";
import { exactBuffer, failure, readEnvironment } from "./host-calls.ts";

export interface ActionBridgeParts {
  readonly code: Code;
  readonly effects: Effects;
  readonly instanceName: string;
  readonly running: ReadonlyMap<number, ActionState>;
  /** Enters the realm for one execution; nothing happens when that has ended. */
  readonly enter: <K extends KernelEntry>(id: number, name: K, args: Parameters<Kernel[K]>) => void;
  readonly end: (id: number, outcome: ActionOutcome) => void;
  /** When the entry that runs began. */
  readonly sliceStartMs: () => number;
  readonly sliceLimitMs: number;
}

/** What the executions of a realm ask of the host; each answer is an entry of its own. */
export class ActionBridge {
  readonly #parts: ActionBridgeParts;

  constructor(parts: ActionBridgeParts) {
    this.#parts = parts;
  }

  toHost(): HostBridge {
    const { code, effects, running } = this.#parts;
    const frame = (id: number): ActionFrame | undefined => running.get(id)?.frame;
    return {
      syscall: (_id, name) => failure({ message: `Unknown operation ${name}` }),
      restOfAnswer: () => "",
      startOperation: (id, call, name, args) => this.#operation(id, call, name, args),
      mapStack: (frames) => code.stacks.map(frames).trimEnd(),
      environment: (id, name) => readEnvironment((key) => frame(id)?.environment(key), name),
      log: (id, level, text) => frame(id)?.logs.add(level, text, null),
      done: (id, _rowsTaken, ...outcome) => this.#parts.end(id, readOutcome(outcome.join(""), code)),
      elapsedMs: effects.elapsedMs,
      randomBytes: (length) => exactBuffer(effects.random(length)),
      crypto: (_id, request, ...buffers) =>
        effects.elapsedMs() - this.#parts.sliceStartMs() > this.#parts.sliceLimitMs
          ? cryptoTimedOut()
          : answerCrypto(request, buffers),
      startCrypto: (id, call, request, ...buffers) => this.#startCrypto(id, call, request, buffers),
      setTimer: (id, timer, delayMs) =>
        running.get(id)?.setTimer(timer, delayMs, () => this.#parts.enter(id, "timer", [id, timer])),
      timeRead: () => {},
      pushRead: () => {},
      clearTimer: (id, timer) => running.get(id)?.clearTimer(timer),
      fetch: (id, call, headJson, body, ...moreText) =>
        this.#fetch(id, call, headJson, typeof body === "string" ? body + moreText.join("") : body),
      storeFile: (id, call, headJson, body) => this.#storeFile(id, call, headJson, body),
      openFile: (id, call, storageId) => this.#openFile(id, call, storageId),
      readBody: (id, call, exchange) => this.#readBody(id, call, exchange),
      cancelBody: (id, exchange) => {
        if (exchange === INCOMING_EXCHANGE) frame(id)?.body?.cancel();
        else running.get(id)?.exchanges.cancel(exchange);
      },
      respond: (id, headJson, body, ...moreText) =>
        frame(id)?.response?.head(
          headJson,
          body === undefined
            ? null
            : typeof body === "string"
              ? body + moreText.join("")
              : new Uint8Array(body),
        ),
      sendChunk: (id, exchange, chunk) => this.#sendChunk(id, exchange, chunk),
      endBody: (id, exchange) => running.get(id)?.exchanges.get(exchange)?.end(),
    };
  }

  #operation(id: number, call: number, name: string, argsText: string): void {
    const running = this.#parts.running.get(id);
    if (running === undefined) return;
    const arrive = running.await();
    const answer = (ok: boolean, value: string): void =>
      arrive(() => {
        const [first = "", ...more] = textPieces(value);
        this.#parts.enter(id, "settle", [id, call, ok, first, ...more]);
      });
    // Not before this entry is over: another realm's work would count into this one's time.
    Promise.resolve()
      .then(() => answerOperation(running.frame, this.#parts.instanceName, name, argsText))
      .then(
        (json) => answer(true, json),
        (error: unknown) => answer(false, JSON.stringify(operationFailure(error))),
      );
  }

  #startCrypto(id: number, call: number, request: string, buffers: readonly ArrayBuffer[]): void {
    const answer = answerCryptoLater(request, buffers);
    this.#settle(
      id,
      call,
      answer.then((value) => (typeof value === "string" ? value : new Uint8Array(value))),
    );
  }

  #fetch(id: number, call: number, headJson: string, body: string | ArrayBuffer | undefined): void {
    const running = this.#parts.running.get(id);
    if (running === undefined) return;
    const answer = running.exchanges.start(call, JSON.parse(headJson) as FetchHead, body);
    this.#settle(
      id,
      call,
      answer.then((head) => JSON.stringify(head)),
    );
  }

  #storeFile(id: number, call: number, headJson: string, body: ArrayBuffer | undefined): void {
    const running = this.#parts.running.get(id);
    if (running === undefined) return;
    this.#settle(id, call, storeFile(running, call, JSON.parse(headJson) as FileHead, body));
  }

  #openFile(id: number, call: number, storageId: string): void {
    const running = this.#parts.running.get(id);
    if (running === undefined) return;
    this.#settle(
      id,
      call,
      openFile(running, call, storageId, () => !this.#parts.running.has(id)),
    );
  }

  #readBody(id: number, call: number, exchange: number): void {
    const running = this.#parts.running.get(id);
    if (running === undefined) return;
    const bytes =
      exchange === INCOMING_EXCHANGE ? running.frame.body?.read() : running.exchanges.read(exchange);
    this.#settle(id, call, bytes ?? Promise.resolve(null));
  }

  /** Answers a call of the realm with what it was waiting for. */
  #settle(id: number, call: number, outcome: Promise<string | Uint8Array | null>): void {
    const arrive = this.#parts.running.get(id)?.await();
    outcome.then(
      (value) => {
        const [first, ...more] = typeof value === "string" ? textPieces(value) : [];
        const bytes = value === null || typeof value === "string" ? null : bytesInto(value);
        arrive?.(() => this.#parts.enter(id, "settle", [id, call, true, first ?? bytes, ...more]));
      },
      (error: Error) => {
        const failure = JSON.stringify({ message: error.message });
        arrive?.(() => this.#parts.enter(id, "settle", [id, call, false, failure]));
      },
    );
  }

  #sendChunk(id: number, exchange: number, chunk: ArrayBuffer): SinkAnswer {
    const running = this.#parts.running.get(id);
    const sink = exchange === INCOMING_EXCHANGE ? running?.frame.response : running?.exchanges.get(exchange);
    if (running === undefined || sink === null || sink === undefined) return "enough";
    let arrive: ((arrival: () => void) => void) | null = null;
    // Not before an entry is over that made this room, by cancelling.
    const onRoom = (): void =>
      queueMicrotask(() => arrive?.(() => this.#parts.enter(id, "resume", [id, exchange])));
    const answer = sink.chunk(new Uint8Array(chunk), onRoom);
    if (answer === "wait") arrive = running.await();
    return answer;
  }
}
