import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A real server on a free port of this machine, whose connections end with it. */
export class HttpServer implements AsyncDisposable {
  /** `http://127.0.0.1:1234`, without a slash at the end. */
  readonly origin: string;
  readonly #server: Server;

  private constructor(server: Server, origin: string) {
    this.#server = server;
    this.origin = origin;
  }

  static start(handler: Handler): Promise<HttpServer> {
    return HttpServer.#listen(createServer(handler), "http");
  }

  static startSecure(
    options: { readonly key: string; readonly cert: string },
    handler: Handler,
  ): Promise<HttpServer> {
    return HttpServer.#listen(createSecureServer(options, handler), "https");
  }

  static async #listen(server: Server, scheme: string): Promise<HttpServer> {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new HttpServer(server, `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
