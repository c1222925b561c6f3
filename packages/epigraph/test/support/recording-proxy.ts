import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { brotliDecompressSync } from "node:zlib";

/** A request that went through, with the answer that came back. */
export interface Recorded {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** Decompressed. */
  readonly body: string;
  readonly status: number;
  readonly answer: string;
}

/** An answer in place of the server's; null: let it through. */
type Intervene = (
  request: Pick<Recorded, "method" | "path" | "body">,
) => Promise<{ readonly status: number; readonly body: string } | null> | null;

/** Stands between a client and a server, and remembers what passes. Close it with `await using`. */
export class RecordingProxy implements AsyncDisposable {
  readonly recorded: Recorded[] = [];
  intervene: Intervene = () => null;
  readonly #server: Server;
  readonly #target: URL;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => void this.#forward(incoming, outgoing, Buffer.concat(chunks)));
    });
    this.#server.on("upgrade", (incoming, socket, head) => {
      const upstream = connect(Number(this.#target.port), this.#target.hostname, () => {
        const headers = incoming.rawHeaders.flatMap((name, i, all) =>
          i % 2 === 0 ? [`${name}: ${all[i + 1]}`] : [],
        );
        upstream.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`);
        upstream.write(head);
        socket.pipe(upstream).pipe(socket);
      });
      upstream.on("error", () => socket.destroy());
      socket.on("error", () => upstream.destroy());
    });
  }

  static async start(target: string): Promise<RecordingProxy> {
    const proxy = new RecordingProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Paths in the order of the requests. */
  get paths(): readonly string[] {
    return this.recorded.map(({ path }) => path);
  }

  /** The last request to a path. */
  last(path: string): Recorded {
    const found = this.recorded.findLast((candidate) => candidate.path === path);
    if (found === undefined) throw new Error(`Nothing asked for ${path}, but for ${this.paths.join(", ")}`);
    return found;
  }

  forget(): void {
    this.recorded.length = 0;
  }

  async #forward(
    incoming: IncomingMessage,
    outgoing: import("node:http").ServerResponse,
    raw: Buffer,
  ): Promise<void> {
    const { method = "GET", url = "/", headers } = incoming;
    const [path = "/"] = url.split("?");
    const body = (headers["content-encoding"] === "br" ? brotliDecompressSync(raw) : raw).toString();
    const record = (status: number, answer: string): void =>
      void this.recorded.push({ method, path, headers, body, status, answer });
    const instead = await this.intervene({ method, path, body });
    if (instead !== null) {
      record(instead.status, instead.body);
      outgoing.writeHead(instead.status, { "content-type": "application/json" }).end(instead.body);
      return;
    }
    const upstream = request(
      { host: this.#target.hostname, port: this.#target.port, method, path: url, headers },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => {
          const whole = Buffer.concat(chunks);
          record(answer.statusCode as number, whole.toString());
          outgoing.writeHead(answer.statusCode as number, answer.headers).end(whole);
        });
      },
    );
    upstream.on("error", () => outgoing.destroy());
    outgoing.on("close", () => upstream.destroy());
    upstream.end(raw);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
