import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";

type Message = Readonly<Record<string, unknown>> & { readonly type: string };

export interface StateVersion {
  readonly querySet: number;
  readonly identity: number;
  readonly ts: string;
}

export interface Modification {
  readonly type: "QueryUpdated" | "QueryFailed" | "QueryRemoved";
  readonly queryId: number;
  readonly value?: unknown;
  readonly logLines?: readonly string[];
  readonly journal?: string | null;
  readonly errorMessage?: string;
  readonly errorData?: unknown;
}

export interface Transition {
  readonly type: "Transition";
  readonly startVersion: StateVersion;
  readonly endVersion: StateVersion;
  readonly modifications: readonly Modification[];
  readonly clientClockSkew: number | null;
  readonly serverTs: number;
}

export interface Response {
  readonly type: "MutationResponse" | "ActionResponse";
  readonly requestId: number;
  readonly success: boolean;
  readonly result: unknown;
  readonly ts?: string | null;
  readonly logLines: readonly string[];
  readonly errorData?: unknown;
}

export interface OpenOptions {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly perMessageDeflate?: boolean;
  readonly autoPong?: boolean;
}

const WAIT_MS = 20_000;
const ZERO = { querySet: 0, identity: 0, ts: "AAAAAAAAAAA=" };

/**
 * A client of the sync protocol without any sense of its own: it sends what it is told, checks the versions of what comes,
 * and keeps what a client would show.
 */
export class SyncConnection {
  readonly socket: WebSocket;
  /** Everything that came, in order. */
  readonly messages: Message[] = [];
  readonly #closed: Promise<{ readonly code: number; readonly reason: string }>;
  /** What each live query shows. */
  readonly results: Map<number, Modification> = new Map();
  readonly transitions: Transition[] = [];
  pongs = 0;
  pings = 0;
  version: StateVersion = ZERO;
  sessionId: string = randomUUID();
  #querySet = 0;
  #identity = 0;
  #chunks: string[] = [];
  readonly #listeners = new Set<() => void>();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => this.#receive(data.toString()));
    socket.on("pong", () => this.pongs++);
    socket.on("ping", () => this.pings++);
    this.#closed = new Promise((resolve) => {
      socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  /** Opens a socket and says nothing. */
  static async open(api: string, options: OpenOptions = {}): Promise<SyncConnection> {
    const { path = "/api/1.48.0/sync", headers = {}, perMessageDeflate = false, autoPong = true } = options;
    const socket = new WebSocket(api.replace("http", "ws") + path, { headers, perMessageDeflate, autoPong });
    const connection = new SyncConnection(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", () => resolve());
      socket.once("error", reject);
    });
    return connection;
  }

  /** Opens a socket and sends `Connect`. */
  static async connect(api: string, sessionId?: string): Promise<SyncConnection> {
    const connection = await SyncConnection.open(api);
    if (sessionId !== undefined) connection.sessionId = sessionId;
    connection.sendConnect();
    return connection;
  }

  /** How the socket ended, once it has. */
  get closed(): Promise<{ readonly code: number; readonly reason: string }> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error("The socket stayed open")), WAIT_MS);
    return Promise.race([this.#closed, late.promise]).finally(() => clearTimeout(timer));
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  sendConnect(fields: object = {}): void {
    this.send({
      type: "Connect",
      sessionId: this.sessionId,
      connectionCount: 0,
      lastCloseReason: "InitialConnect",
      clientTs: Date.now(),
      ...fields,
    });
  }

  modify(modifications: readonly object[]): void {
    const baseVersion = this.#querySet++;
    this.send({ type: "ModifyQuerySet", baseVersion, newVersion: this.#querySet, modifications });
  }

  add(queryId: number, udfPath: string, args: object = {}, fields: object = {}): void {
    this.modify([{ type: "Add", queryId, udfPath, args: [args], ...fields }]);
  }

  remove(queryId: number): void {
    this.modify([{ type: "Remove", queryId }]);
  }

  mutation(requestId: number, udfPath: string, args: object = {}): void {
    this.send({ type: "Mutation", requestId, udfPath, args: [args] });
  }

  action(requestId: number, udfPath: string, args: object = {}): void {
    this.send({ type: "Action", requestId, udfPath, args: [args] });
  }

  authenticate(token: object): void {
    this.send({ type: "Authenticate", baseVersion: this.#identity++, ...token });
  }

  /** Waits until `find` gives something. */
  async until<T>(find: () => T | undefined | null | false, what = "what was expected"): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const look = (): void => {
      const found = find();
      if (found !== undefined && found !== null && found !== false) resolve(found);
    };
    const fail = (why: string): void =>
      reject(
        new Error(
          `${why} before ${what} came. Last messages: ${JSON.stringify(this.messages.slice(-5)).slice(0, 2000)}`,
        ),
      );
    const timer = setTimeout(() => fail(`${WAIT_MS} ms went by`), WAIT_MS);
    this.#listeners.add(look);
    void this.#closed.then(({ code, reason }) => fail(`The socket closed (${code} ${reason})`));
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(look);
    }
  }

  /** The next Transition after those that were taken by this. */
  #taken = 0;
  async transition(): Promise<Transition> {
    const transition = await this.until(() => this.transitions[this.#taken], "a Transition");
    this.#taken++;
    return transition;
  }

  /** Waits until a query shows a value. */
  async shows(queryId: number, value: unknown): Promise<Modification> {
    const text = JSON.stringify(value);
    return this.until(() => {
      const shown = this.results.get(queryId);
      return shown !== undefined && JSON.stringify(shown.value) === text && shown;
    }, `${text} in query ${queryId}`);
  }

  async fails(queryId: number, pattern: RegExp): Promise<Modification> {
    return this.until(() => {
      const shown = this.results.get(queryId);
      return shown?.type === "QueryFailed" && pattern.test(shown.errorMessage ?? "") && shown;
    }, `a failure like ${pattern} in query ${queryId}`);
  }

  async response(requestId: number): Promise<Response> {
    return this.until(
      () =>
        this.messages.find(
          (message) => message.type.endsWith("Response") && message["requestId"] === requestId,
        ) as Response | undefined,
      `a response to ${requestId}`,
    );
  }

  async message(type: string): Promise<Message> {
    return this.until(() => this.messages.find((message) => message.type === type), `a ${type}`);
  }

  /** Has the server answer something, so that what it had to say before has come. Uses a mutation that does nothing. */
  async settle(): Promise<void> {
    const requestId = 1_000_000 + this.messages.length;
    this.mutation(requestId, "messages:nothing");
    const { ts } = await this.response(requestId);
    await this.until(() => timestamp(this.version.ts) >= timestamp(ts as string), "a Transition behind it");
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as Message;
    this.messages.push(message);
    if (message.type === "Transition") this.#apply(message as unknown as Transition);
    if (message.type === "TransitionChunk") {
      assert.equal(message["partNumber"], this.#chunks.length);
      this.#chunks.push(message["chunk"] as string);
      if (this.#chunks.length === message["totalParts"]) {
        this.#apply(JSON.parse(this.#chunks.join("")) as Transition);
        this.#chunks = [];
      }
    }
    for (const listener of [...this.#listeners]) listener();
  }

  #apply(transition: Transition): void {
    const { startVersion, endVersion, modifications } = transition;
    assert.deepEqual(startVersion, this.version, "a Transition that does not begin where the last one ended");
    assert.ok(timestamp(endVersion.ts) >= timestamp(startVersion.ts), "time goes back");
    const ids = modifications.map(({ queryId }) => queryId);
    assert.deepEqual(
      ids,
      [...new Set(ids)].sort((a, b) => a - b),
      "ids that do not ascend",
    );
    this.version = endVersion;
    this.transitions.push(transition);
    for (const modification of modifications) {
      if (modification.type === "QueryRemoved") this.results.delete(modification.queryId);
      else this.results.set(modification.queryId, modification);
    }
  }
}

/** Nanoseconds of a timestamp on the wire. */
export function timestamp(text: string): bigint {
  const bytes = Buffer.from(text, "base64");
  assert.equal(bytes.length, 8);
  assert.equal(text.length, 12);
  return bytes.readBigUInt64LE();
}
