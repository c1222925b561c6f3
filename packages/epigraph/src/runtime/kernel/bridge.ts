/**
 * The callbacks that the host installs before the kernel is evaluated. Only strings, numbers and ArrayBuffers cross;
 * a host callback never throws for app-level failures: it answers with a tagged string.
 */
export interface HostBridge {
  /**
   * Runs a syscall to its end and answers `V<json>` or `E<json of SyscallFailure>`, or `+` and the beginning of such an
   * answer, whose rest `restOfAnswer` gives. To a call for the next row of a
   * query, further lines may follow: the answers that the same call would get after that, as long as nothing else is
   * asked.
   * @param rowsTaken how many such answers the realm has used since, of the query that they were about.
   * @param childSeed of `1.0/runUdf`: three words, of the nested call's random numbers.
   */
  readonly syscall: (
    execution: number,
    name: string,
    args: string,
    rowsTaken: number,
    ...childSeed: readonly number[]
  ) => string;
  /** The next piece of an answer that began with `+`; empty when there is no more. */
  readonly restOfAnswer: () => string;
  /** Starts an operation of an action; it is answered by `Kernel.settle` with the same call number. */
  readonly startOperation: (execution: number, call: number, name: string, args: string) => void;
  /** Value of an environment variable, or undefined. Answers `E<message>` or `V<value>` or undefined. */
  readonly environment: (execution: number, name: string) => string | undefined;
  /** A query looks at the clock, for the first time. */
  readonly timeRead: (execution: number) => void;
  /** A query, for the first time, sees something that is another one with each push: the clock or chance of imports. */
  readonly pushRead: (execution: number) => void;
  /** Turns the frames of a stack into those of the app's sources, a line each. */
  readonly mapStack: (frames: string) => string;
  readonly log: (execution: number, level: LogLevel, text: string) => void;
  /**
   * The execution has settled: `V<json>`, `E<json of ThrownError>`, `N` when no route was found, or `X` when the
   * function's registration gave something other than a text.
   */
  readonly done: (execution: number, rowsTaken: number, ...outcomePieces: string[]) => void;
  /** Milliseconds of a clock that never goes back, since some moment. */
  readonly elapsedMs: () => number;
  /** True randomness for actions. */
  readonly randomBytes: (length: number) => ArrayBuffer;
  /** Answers a `CryptoRequest` as `CryptoAnswer` says. */
  readonly crypto: (
    execution: number,
    requestJson: string,
    ...buffers: readonly ArrayBuffer[]
  ) => ArrayBuffer | string;
  /** The same for what takes long, in actions; answered by `Kernel.settle`. */
  readonly startCrypto: (
    execution: number,
    call: number,
    requestJson: string,
    ...buffers: readonly ArrayBuffer[]
  ) => void;
  readonly setTimer: (execution: number, timer: number, delayMs: number) => void;
  readonly clearTimer: (execution: number, timer: number) => void;
  /**
   * Sends a request of `fetch`. `Kernel.settle` answers with the JSON text of a `FetchedHead`, and the call's number
   * names the exchange from then on.
   * @param body the whole body, or undefined when there is none or it follows in chunks.
   */
  readonly fetch: (
    execution: number,
    call: number,
    headJson: string,
    body: string | ArrayBuffer | undefined,
    ...moreText: string[]
  ) => void;
  /**
   * Stores a file. `Kernel.settle` answers with its id, and the call's number names an exchange in which it goes out.
   * @param headJson JSON text of a `FileHead`.
   * @param body the whole file; undefined: it follows in chunks.
   */
  readonly storeFile: (
    execution: number,
    call: number,
    headJson: string,
    body: ArrayBuffer | undefined,
  ) => void;
  /**
   * Opens a file. `Kernel.settle` answers with the JSON text of a `FetchedFile`, or null, and the call's number names an
   * exchange that brings it.
   */
  readonly openFile: (execution: number, call: number, storageId: string) => void;
  /** Asks for the next chunk of what an exchange brings; answered by `Kernel.settle` with bytes, or null at the end. */
  readonly readBody: (execution: number, call: number, exchange: number) => void;
  /** What else an exchange might bring is not wanted; one that `fetch` began ends altogether. */
  readonly cancelBody: (execution: number, exchange: number) => void;
  /** Head of an HTTP response; `body` is the whole body, or undefined when there is none or it follows in chunks. */
  readonly respond: (
    execution: number,
    headJson: string,
    body: string | ArrayBuffer | undefined,
    ...moreText: string[]
  ) => void;
  /**
   * One chunk of what goes out in an exchange. `wait`: for `Kernel.resume` before the next; `enough`: there must be no
   * next.
   */
  readonly sendChunk: (execution: number, exchange: number, chunk: ArrayBuffer) => "more" | "wait" | "enough";
  /** What goes out in an exchange that `fetch` began is complete. */
  readonly endBody: (execution: number, exchange: number) => void;
}

/** The host's callbacks, and what the realm itself answers. */
export interface RealmBridge extends HostBridge {
  /** Ends the realm, and what runs in it, for there is no memory left. */
  readonly outOfMemory: () => void;
}

/** The exchange that an HTTP action answers; those that it begins itself have the numbers of their calls. */
export const INCOMING_EXCHANGE = 0;

export type LogLevel = "DEBUG" | "INFO" | "LOG" | "WARN" | "ERROR";

export interface SyscallFailure {
  readonly message: string;
  /** Encoded JSON of a ConvexError's data; absent when there is none. */
  readonly data?: unknown;
  /** Ends the whole execution: user code must not be able to go on. */
  readonly fatal?: boolean;
}

/** What the kernel tells of a thrown value. */
export interface ThrownError {
  /** `Error: boom`, `ConvexError: {"a":1}`, `foo` for a thrown string. */
  readonly text: string;
  /** Frames of the error, a line each, in the app's sources where app code did not set them itself; may be empty. */
  readonly stack: string;
  /** Encoded JSON text of a ConvexError's data. */
  readonly data?: string;
  /** Of an HTTP action whose route was found: `POST /postMessage`, as in `ResponseHead`. */
  readonly route?: string;
}

/** Head of a request of `fetch` as the kernel hands it out. */
export interface FetchHead {
  readonly url: string;
  readonly method: string;
  readonly headers: [string, string][];
  /** Where the body is not given with the head: whether it follows, and how long it is where that is known. */
  readonly stream: { readonly length: number | null } | null;
}

/** Head of the answer to it. */
export interface FetchedHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: [string, string][];
  readonly hasBody: boolean;
}

/** What there is to say of a file to be stored. */
export interface FileHead {
  /** Empty for none. */
  readonly contentType: string;
  /** What its digest must be, as app code gave it; null for any. */
  readonly sha256: unknown;
}

/** What there is to say of a file that comes. */
export interface FetchedFile {
  readonly size: number;
  readonly contentType: string | null;
}

/** Head of a response as the kernel hands it out. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: [string, string][];
  readonly stream: boolean;
  /** `POST /postMessage`, as the router knows the route. */
  readonly route: string;
}
