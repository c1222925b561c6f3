import { randomUUID } from "node:crypto";
import type { RandomValues } from "../../src/values/testing/random-value.ts";
import type { DeployedApp } from "../../test/support/deployed-app.ts";
import { type Modification, SyncConnection, type Transition } from "../../test/support/sync-connection.ts";
import { identityOf, type ShownQuery, type Subject } from "./fresh-results.ts";

/** All that a client shows after a Transition. */
export interface View {
  readonly ts: string;
  readonly subject: Subject;
  readonly shown: readonly { readonly query: ShownQuery; readonly result: Modification }[];
  /** Ids of queries that the Transition should have shown and did not. */
  readonly missing: readonly number[];
}

interface SentMutation {
  readonly requestId: number;
  readonly udfPath: string;
  readonly args: object;
  readonly token: string;
}

const ROOMS = ["a", "b", "c"];
const SUBJECTS: readonly Subject[] = [null, "ada", "grace"];

/**
 * A client that does at random what clients do: it adds and removes queries, writes, changes who it is, loses its socket
 * and comes back, sending again what was not answered.
 */
export class ModelClient {
  /** Tokens that stay for ever, of mutations whose success was told. */
  readonly succeeded: Set<string> = new Set();
  /** Tokens of mutations that were told to have failed. */
  readonly failed: Set<string> = new Set();
  readonly #app: DeployedApp;
  readonly #random: RandomValues;
  readonly #onView: (view: View) => void;
  readonly #sessionId = randomUUID();
  readonly #queries = new Map<number, ShownQuery>();
  readonly #unanswered = new Map<number, SentMutation>();
  /** By the version of the query set that they are in. */
  readonly #addedAt = new Map<number, number>();
  #connection: SyncConnection | null = null;
  #subject: Subject = null;
  /** By the version of the identity. */
  #subjects: Subject[] = [null];
  #querySet = 0;
  #nextId = 0;
  #nextRequest = 0;
  #seen = 0;
  #tokens = 0;

  constructor(app: DeployedApp, random: RandomValues, onView: (view: View) => void) {
    this.#app = app;
    this.#random = random;
    this.#onView = onView;
  }

  /** Opens a socket, and says on it all that a client says that comes back. */
  async connect(): Promise<void> {
    const before = this.#connection?.results ?? new Map<number, Modification>();
    const connection = await SyncConnection.connect(this.#app.api, this.#sessionId);
    this.#connection = connection;
    this.#seen = 0;
    this.#subjects = [null];
    if (this.#subject !== null) this.#authenticate();
    this.#querySet = 1;
    connection.modify(
      Array.from(this.#queries, ([queryId, { udfPath, args }]) => {
        this.#addedAt.set(queryId, 1);
        const { journal } = before.get(queryId) ?? {};
        return { type: "Add", queryId, udfPath, args: [args], ...(journal === undefined ? {} : { journal }) };
      }),
    );
    for (const mutation of this.#unanswered.values()) this.#sendMutation(mutation);
    connection.socket.on("message", () => this.#look(connection));
  }

  /** Does one thing, and says what. */
  async step(): Promise<string> {
    const random = this.#random;
    switch (random.below(12)) {
      case 0:
        this.#connection?.socket.terminate();
        await this.connect();
        return "lost its socket";
      case 1:
        this.#subject = random.pick(SUBJECTS);
        this.#authenticate();
        return `is ${this.#subject}`;
      case 2:
      case 3:
      case 4:
        return this.#add();
      case 5:
        return this.#remove();
      default:
        return this.#write();
    }
  }

  /** Waits until everything that it has sent is answered and shown. */
  async settle(): Promise<void> {
    const connection = this.#connection as SyncConnection;
    await connection.until(() => this.#unanswered.size === 0, "answers to all mutations");
    connection.mutation(this.#nextRequest, "writes:insert", {
      room: "settle",
      n: -1,
      token: this.#newToken(),
    });
    const { ts } = await connection.response(this.#nextRequest++);
    await connection.until(
      () => connection.version.ts === ts || isBehind(connection, ts as string),
      "a Transition",
    );
  }

  async close(): Promise<void> {
    await this.#connection?.close();
  }

  #authenticate(): void {
    const { adminKey } = this.#app;
    this.#subjects.push(this.#subject);
    this.#connection?.authenticate(
      this.#subject === null
        ? { tokenType: "None" }
        : { tokenType: "Admin", value: adminKey, impersonating: identityOf(this.#subject) },
    );
  }

  #add(): string {
    const random = this.#random;
    const room = random.pick(ROOMS);
    const from = random.below(10);
    const query: ShownQuery = random.pick<ShownQuery>([
      { udfPath: "queries:inRoom", args: { room } },
      { udfPath: "queries:between", args: { from, to: from + random.below(4) } },
      { udfPath: "queries:first", args: { room } },
      { udfPath: "queries:even", args: { room } },
      { udfPath: "queries:mine", args: { room } },
      { udfPath: "queries:surroundings", args: {} },
      { udfPath: "queries:nested", args: { room } },
      { udfPath: "other:own", args: {} },
      { udfPath: "imported:seen", args: {} },
      { udfPath: "byToken:first", args: {} },
      {
        udfPath: "queries:page",
        args: { paginationOpts: { numItems: 1 + random.below(4), cursor: null, id: random.below(3) } },
      },
    ]);
    const queryId = this.#nextId++;
    this.#queries.set(queryId, query);
    this.#addedAt.set(queryId, ++this.#querySet);
    this.#connection?.add(queryId, query.udfPath, query.args);
    return `adds ${query.udfPath} ${JSON.stringify(query.args)}`;
  }

  #remove(): string {
    const ids = [...this.#queries.keys()];
    if (ids.length === 0) return "has nothing to remove";
    const queryId = this.#random.pick(ids);
    this.#queries.delete(queryId);
    this.#addedAt.delete(queryId);
    this.#querySet++;
    this.#connection?.remove(queryId);
    return `removes ${queryId}`;
  }

  #write(): string {
    const random = this.#random;
    const udfPath = random.pick([
      "writes:insert",
      "writes:insert",
      "writes:move",
      "writes:remove",
      "writes:fail",
    ]);
    const token = this.#newToken();
    const mutation: SentMutation = {
      requestId: this.#nextRequest++,
      udfPath,
      args: { room: random.pick(ROOMS), n: random.below(10), token },
      token,
    };
    this.#unanswered.set(mutation.requestId, mutation);
    this.#sendMutation(mutation);
    return `${udfPath} ${JSON.stringify(mutation.args)}`;
  }

  #newToken(): string {
    return `${this.#sessionId.slice(0, 8)}-${this.#tokens++}`;
  }

  #sendMutation({ requestId, udfPath, args }: SentMutation): void {
    this.#connection?.mutation(requestId, udfPath, args);
  }

  #look(connection: SyncConnection): void {
    if (connection !== this.#connection) return;
    for (const message of connection.messages.splice(0, connection.messages.length)) {
      if (message.type !== "MutationResponse") continue;
      const sent = this.#unanswered.get(message["requestId"] as number);
      if (sent === undefined) continue;
      this.#unanswered.delete(sent.requestId);
      if (message["success"] !== true) this.failed.add(sent.token);
      else if (sent.udfPath !== "writes:insert") this.succeeded.add(sent.token);
    }
    for (const transition of connection.transitions.slice(this.#seen)) this.#view(connection, transition);
    this.#seen = connection.transitions.length;
  }

  #view(connection: SyncConnection, { endVersion }: Transition): void {
    const shown: View["shown"][number][] = [];
    for (const [queryId, result] of connection.results) {
      const query = this.#queries.get(queryId);
      if (query !== undefined) shown.push({ query, result });
    }
    const missing = [...this.#addedAt].flatMap(([id, version]) =>
      version <= endVersion.querySet && !connection.results.has(id) ? [id] : [],
    );
    const subject = this.#subjects[endVersion.identity] ?? null;
    this.#onView({ ts: endVersion.ts, subject, shown, missing });
  }
}

function isBehind({ version }: SyncConnection, ts: string): boolean {
  const read = (text: string): bigint => Buffer.from(text, "base64").readBigUInt64LE();
  return read(version.ts) >= read(ts);
}
