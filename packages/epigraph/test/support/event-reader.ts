import { connect, type Socket } from "node:net";

export interface StreamEvent {
  /** `message` where the stream names none. */
  readonly event: string;
  readonly id: string | null;
  readonly data: string;
}

export interface ReadOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

const WAIT_MS = 20_000;

/** One request on a socket of its own, and what comes back read byte by byte: head, chunks, events. */
export class EventReader implements AsyncDisposable {
  readonly socket: Socket;
  readonly events: StreamEvent[] = [];
  /** Comment lines, without the colon. */
  readonly comments: string[] = [];
  /** What `retry:` said last. */
  retryMs: number | null = null;
  /** Of the answer, with lower-cased names. */
  readonly headers: Map<string, string> = new Map();
  status = 0;
  /** The last chunk came, so that nothing is missing. */
  isComplete = false;
  isClosed = false;
  /** What stands in for the body where it is no stream of events. */
  body = "";
  #raw = Buffer.alloc(0);
  #isHeadRead = false;
  #text = "";
  #taken = 0;
  readonly #listeners = new Set<() => void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes) => this.#receive(bytes));
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      this.isClosed = true;
      this.#tell();
    });
  }

  /** Sends a request and waits for the head of its answer. */
  static async open(api: string, target: string, options: ReadOptions = {}): Promise<EventReader> {
    const { hostname, port, host } = new URL(api);
    const reader = new EventReader(connect(Number(port), hostname));
    const headers = Object.entries({ host, ...options.headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    reader.socket.write(`${options.method ?? "GET"} ${target} HTTP/1.1\r\n${headers.join("")}\r\n`);
    await reader.until(() => reader.#isHeadRead, "the head of an answer");
    return reader;
  }

  /** The next event after those that were taken by this. */
  async next(): Promise<StreamEvent> {
    const event = await this.until(() => this.events[this.#taken], "an event");
    this.#taken++;
    return event;
  }

  /** The next event's data, which must be a result. @returns its value. */
  async nextValue(): Promise<unknown> {
    const { event, data } = await this.next();
    if (event !== "message") throw new Error(`Instead of a result came ${event}: ${data}`);
    return (JSON.parse(data) as { value: unknown }).value;
  }

  async closed(): Promise<void> {
    await this.until(() => this.isClosed, "the end of the connection");
  }

  /** Waits until `find` gives something. */
  async until<T>(find: () => T | undefined | null | false, what: string): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const look = (): void => {
      const found = find();
      if (found !== undefined && found !== null && found !== false) resolve(found);
      else if (this.isClosed)
        reject(new Error(`The connection was closed before ${what} came:\n${this.#text}`));
    };
    const timer = setTimeout(
      () =>
        reject(
          new Error(`${WAIT_MS} ms went by before ${what} came: ${JSON.stringify(this.events.slice(-3))}`),
        ),
      WAIT_MS,
    );
    this.#listeners.add(look);
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(look);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.closed();
  }

  #receive(bytes: Buffer): void {
    this.#raw = Buffer.concat([this.#raw, bytes]);
    if (!this.#isHeadRead) this.#readHead();
    if (this.#isHeadRead) this.#readBody();
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #readHead(): void {
    const end = this.#raw.indexOf("\r\n\r\n");
    if (end === -1) return;
    const [statusLine = "", ...lines] = this.#raw.toString("latin1", 0, end).split("\r\n");
    this.status = Number(statusLine.split(" ")[1]);
    for (const line of lines) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon).toLowerCase();
      const before = this.headers.get(name);
      const value = line.slice(colon + 1).trim();
      this.headers.set(name, before === undefined ? value : `${before}, ${value}`);
    }
    this.#raw = this.#raw.subarray(end + 4);
    this.#isHeadRead = true;
  }

  #readBody(): void {
    if (this.headers.get("transfer-encoding") !== "chunked") {
      this.body += this.#raw.toString();
      this.#raw = Buffer.alloc(0);
      return;
    }
    for (;;) {
      const lineEnd = this.#raw.indexOf("\r\n");
      if (lineEnd === -1) return;
      const size = Number.parseInt(this.#raw.toString("latin1", 0, lineEnd), 16);
      if (this.#raw.length < lineEnd + 2 + size + 2) return;
      this.#readText(this.#raw.toString("utf8", lineEnd + 2, lineEnd + 2 + size));
      this.#raw = this.#raw.subarray(lineEnd + 2 + size + 2);
      if (size === 0) this.isComplete = true;
    }
  }

  /** Each chunk is a whole number of blocks here: no character is cut. */
  #readText(text: string): void {
    this.#text += text;
    for (let end = this.#text.indexOf("\n\n"); end !== -1; end = this.#text.indexOf("\n\n")) {
      this.#readBlock(this.#text.slice(0, end));
      this.#text = this.#text.slice(end + 2);
    }
  }

  #readBlock(block: string): void {
    let event = "message";
    let id: string | null = null;
    const data: string[] = [];
    for (const line of block.split("\n")) {
      const [, name = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (name === "") this.comments.push(value);
      else if (name === "event") event = value;
      else if (name === "id") id = value;
      else if (name === "data") data.push(value);
      else if (name === "retry") this.retryMs = Number(value);
      else throw new Error(`No field of an event stream: ${line}`);
    }
    if (data.length > 0) this.events.push({ event, id, data: data.join("\n") });
  }
}
