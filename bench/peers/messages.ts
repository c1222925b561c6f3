import Database from "better-sqlite3";

export interface Message {
  readonly author: string;
  readonly body: string;
}

/** The messages of one peer, in hand-written SQL. */
export interface Messages {
  /** Durable when it returns: one transaction, one sync to disk. */
  insert(message: Message): void;
  byAuthor(author: string): readonly Message[];
  count(): number;
}

export function openMessages(file: string): Messages {
  const database = new Database(file);
  database.pragma("journal_mode = WAL");
  // In WAL mode this build of SQLite would take NORMAL, which may lose acknowledged writes with the power.
  database.pragma("synchronous = FULL");
  database.exec(`
    CREATE TABLE IF NOT EXISTS messages (
      id INTEGER PRIMARY KEY,
      author TEXT NOT NULL,
      body TEXT NOT NULL,
      created_at INTEGER NOT NULL
    );
    CREATE INDEX IF NOT EXISTS by_author ON messages (author, id);
  `);
  const insert = database.prepare<[string, string, number]>(
    "INSERT INTO messages (author, body, created_at) VALUES (?, ?, ?)",
  );
  const byAuthor = database.prepare<[string], Message>(
    "SELECT author, body FROM messages WHERE author = ? ORDER BY id LIMIT 10",
  );
  const count = database.prepare<[], number>("SELECT count(*) FROM messages").pluck();
  return {
    insert: ({ author, body }) => {
      insert.run(author, body, Date.now());
    },
    byAuthor: (author) => byAuthor.all(author),
    count: () => count.get() ?? 0,
  };
}

/** The check of a posted body that a careful person writes by hand. */
export function isMessage(json: unknown): json is Message {
  return (
    typeof json === "object" &&
    json !== null &&
    "author" in json &&
    "body" in json &&
    typeof json.author === "string" &&
    typeof json.body === "string"
  );
}

/** The same of a query that is asked by its name. */
export function isAuthorQuery(json: unknown): json is { readonly args: { readonly author: string } } {
  return (
    typeof json === "object" &&
    json !== null &&
    "path" in json &&
    json.path === "messages:ofAuthor" &&
    "args" in json &&
    typeof json.args === "object" &&
    json.args !== null &&
    "author" in json.args &&
    typeof json.args.author === "string"
  );
}
