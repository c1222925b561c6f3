import { DatabaseError } from "../../database/database-error.ts";
import { readAhead, runDatabaseSyscall, type SyscallArguments } from "../../database/syscalls.ts";
import type { UploadTokens } from "../../files/upload-tokens.ts";
import { ValueError } from "../../values/value-error.ts";
import type { HostBridge, ThrownError } from "../kernel/bridge.ts";
import { Realm, RealmInterrupted } from "../realm/realm.ts";
import { TextAnswer, textPieces } from "../realm/text-pieces.ts";
import { NO_TEXT } from "./action-answers.ts";
import { CREATE_HANDLE, createHandle } from "./addressed-function.ts";
import { type CallResult, errorText, isCallError, plainError, uncaught } from "./call-error.ts";
import { quietIdentityOf } from "./caller.ts";
import type { Code } from "./code.ts";
import { answerCrypto, cryptoTimedOut } from "./crypto/crypto-door.ts";
import { splitPath } from "./function-path.ts";
import { runFunctionSyscall } from "./function-syscalls.ts";
import { entryError, failure, readEnvironment } from "./host-calls.ts";
import { runCancel, runSchedule, type SchedulingCaller } from "./scheduler-syscalls.ts";
import { runStorageSyscall } from "./storage-syscalls.ts";
import { type TransactionFrame, UncatchableError } from "./transaction-frame.ts";

const MEMORY_MB = 64;
/** Names of the calls of `ctx.storage` begin so. */
const STORAGE = "1.0/storage";
/** The variable that URLs of files begin with. */
const ORIGIN = "CONVEX_CLOUD_URL";

export interface TransactionRealmOptions {
  readonly code: Code;
  readonly instanceName: string;
  readonly elapsedMs: () => number;
  readonly uploadTokens: UploadTokens;
  readonly script?: string | undefined;
}

/**
 * A realm that runs one query or mutation at a time, from its first line to its last in one entry: reads are local and
 * synchronous. Nested calls run in the realm of the next depth, inside the syscall of their parent.
 */
export class TransactionRealm {
  readonly #options: TransactionRealmOptions;
  readonly #realm: Realm;
  #frame: TransactionFrame | null = null;
  #outcome: string | null = null;
  #uncatchable: UncatchableError | null = null;
  readonly #answer = new TextAnswer();
  #nextId = 1;

  constructor(options: TransactionRealmOptions) {
    this.#options = options;
    const { code, script } = options;
    this.#realm = new Realm(this.#bridge(), { code, memoryMb: MEMORY_MB, isBusy: true, script });
  }

  /** Runs a call to its end. @throws UncatchableError */
  run(frame: TransactionFrame): CallResult {
    const [module, name] = splitPath(frame.path);
    const { time } = frame;
    this.#frame = frame;
    this.#outcome = null;
    this.#uncatchable = null;
    const limitMs = time.entryMs;
    time.enterApp();
    try {
      this.#realm.enter(
        "call",
        [this.#nextId++, frame.kind, module, name, frame.nowMs, ...frame.seed, ...textPieces(frame.argsJson)],
        limitMs,
      );
      if (this.#uncatchable !== null) throw this.#uncatchable;
      return this.#result();
    } catch (error) {
      if (this.#uncatchable !== null) throw this.#uncatchable;
      const ended = entryError(error, time.limitMs, this.#options.code.stacks);
      if (!(error instanceof RealmInterrupted)) return ended;
      // What the entry left half done must not go on in the next one.
      this.#realm.dispose();
      throw new UncatchableError(ended);
    } finally {
      time.leaveApp();
      this.#frame = null;
    }
  }

  /** Whether it can run a call; not if an earlier one changed it for ever. */
  isUsable(): boolean {
    return !this.#realm.isDisposed && this.#realm.isClean();
  }

  collect(): void {
    this.#realm.collect();
  }

  dispose(): void {
    this.#realm.dispose();
  }

  #result(): CallResult {
    const outcome = this.#outcome as string | null;
    if (outcome === null) return plainError("Returned promise will never resolve");
    if (outcome.startsWith("V")) return { json: outcome.slice(1) };
    return uncaught(JSON.parse(outcome.slice(1)) as ThrownError, this.#options.code.stacks);
  }

  #bridge(): HostBridge {
    return {
      syscall: (_id, name, args, rowsTaken, ...childSeed) => {
        const { time } = this.#running;
        time.leaveApp();
        const answer = this.#answer.begin(this.#syscall(name, args, rowsTaken, childSeed));
        time.enterApp();
        return answer;
      },
      restOfAnswer: () => this.#answer.next(),
      mapStack: (frames) => this.#options.code.stacks.map(frames).trimEnd(),
      environment: (_id, name) => {
        const { environment, tracer } = this.#running;
        tracer?.variableRead(name);
        return readEnvironment(environment, name);
      },
      timeRead: () => this.#running.tracer?.timeRead(),
      pushRead: () => this.#running.tracer?.pushRead(),
      log: (_id, level, text) => {
        const { logs, depth, path } = this.#running;
        logs.add(level, text, depth === 0 ? null : path);
      },
      done: (_id, rowsTaken, ...outcome) => this.#done(outcome.join(""), rowsTaken),
      crypto: (_id, request, ...buffers) => this.#crypto(request, buffers),
      startCrypto: onlyActions,
      startOperation: onlyActions,
      elapsedMs: this.#options.elapsedMs,
      randomBytes: onlyActions,
      setTimer: onlyActions,
      clearTimer: () => {},
      readBody: onlyActions,
      cancelBody: () => {},
      respond: onlyActions,
      fetch: onlyActions,
      storeFile: onlyActions,
      openFile: onlyActions,
      sendChunk: onlyActions,
      endBody: () => {},
    };
  }

  get #running(): TransactionFrame {
    if (this.#frame === null) throw new Error("No function is running");
    return this.#frame;
  }

  #syscall(name: string, argsText: string, rowsTaken: number, childSeed: readonly number[]): string {
    const frame = this.#running;
    // After an error that nobody may catch, code that goes on all the same has no effect.
    if (this.#uncatchable !== null) return failure({ message: "The call has ended" });
    try {
      const exceeded = frame.time.exceeded();
      if (exceeded !== null) throw new UncatchableError(exceeded);
      frame.queries.take(rowsTaken);
      return this.#run(frame, name, JSON.parse(argsText) as SyscallArguments, childSeed);
    } catch (error) {
      if (error instanceof DatabaseError && error.catchable) {
        const { message, data } = error;
        return failure(data === undefined ? { message } : { message, data });
      }
      if (error instanceof ValueError) return failure({ message: error.message });
      if (error instanceof SyntaxError) {
        return failure({ message: `Received invalid json: ${error.message}` });
      }
      this.#uncatchable = toUncatchable(error);
      return failure({ message: "The call has ended" });
    }
  }

  /** The function's own time, which the engine does not count; these calls are the ones that take long. */
  #crypto(request: string, buffers: readonly ArrayBuffer[]): ArrayBuffer | string {
    const { time } = this.#running;
    time.leaveApp();
    const exceeded = time.exceeded();
    if (exceeded !== null) this.#uncatchable ??= new UncatchableError(exceeded);
    return this.#uncatchable === null ? answerCrypto(request, buffers) : cryptoTimedOut();
  }

  #done(outcome: string, rowsTaken: number): void {
    this.#outcome ??= outcome;
    if (outcome === "X") this.#uncatchable ??= toUncatchable(new Error(NO_TEXT));
    try {
      this.#running.queries.take(rowsTaken);
    } catch (error) {
      // The limit was passed by the last rows: too late for app code to notice, but not to count.
      this.#uncatchable ??= toUncatchable(error);
    }
  }

  #run(frame: TransactionFrame, name: string, args: SyscallArguments, childSeed: readonly number[]): string {
    if (name === "1.0/runUdf") {
      const [a = 0, b = 0, c = 0] = childSeed;
      return answerNested(frame.nested(args, [a, b, c]));
    }
    if (name === "1.0/getUserIdentity") {
      frame.tracer?.identityRead();
      return `V${JSON.stringify(quietIdentityOf(frame.caller))}`;
    }
    const { transaction, queries } = frame;
    const found = runDatabaseSyscall(transaction, queries, name, args);
    if (found !== undefined) return `V${[found, ...readAhead(queries, name, args)].join("\n")}`;
    const scheduled = queries.writable ? answerScheduler(frame, name, args) : undefined;
    if (scheduled !== undefined) return `V${scheduled}`;
    if (name === CREATE_HANDLE) {
      frame.tracer?.pushRead();
      return `V${createHandle(args, frame.functions)}`;
    }
    const json = name.startsWith(STORAGE)
      ? this.#storage(frame, name, args)
      : runFunctionSyscall(frame, this.#options.instanceName, name);
    if (json !== undefined) return `V${json}`;
    return failure({ message: `Unknown async operation ${name}` });
  }

  #storage(
    { transaction, queries, environment, tracer }: TransactionFrame,
    name: string,
    args: SyscallArguments,
  ): string | undefined {
    tracer?.variableRead(ORIGIN);
    const place = {
      component: queries.component,
      origin: environment(ORIGIN) ?? "",
      isMutation: queries.writable,
      tokens: this.#options.uploadTokens,
    };
    return runStorageSyscall(transaction, place, name, args);
  }
}

function answerScheduler(frame: TransactionFrame, name: string, args: SyscallArguments): string | undefined {
  const { transaction, request, job, functions, logs, depth, path } = frame;
  if (name !== "1.0/schedule" && name !== "1.0/cancel_job") return undefined;
  const caller: SchedulingCaller = {
    parent: request.scheduledFunctionId ?? null,
    requestId: request.requestId,
    own: job,
    functions,
    warn: (line) => logs.warn(line, depth === 0 ? null : path),
  };
  return name === "1.0/schedule"
    ? runSchedule(transaction, caller, "schedule", args)
    : runCancel(transaction, caller, args);
}

/** The parent may catch what its nested call failed with; it has the text with the frames. */
function answerNested(result: CallResult): string {
  if (!isCallError(result)) return `V${result.json}`;
  const message = errorText(result).trimEnd();
  return failure(result.data === null ? { message } : { message, data: JSON.parse(result.data) as unknown });
}

function toUncatchable(error: unknown): UncatchableError {
  if (error instanceof UncatchableError) return error;
  if (error instanceof DatabaseError)
    return new UncatchableError(plainError(`Uncaught Error: ${error.message}`));
  // Faults of the server among them: they have a cause and no text for app code.
  return new UncatchableError(null, { cause: error });
}

function onlyActions(): never {
  throw new Error("Only actions can do this");
}
