import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Stands between clients and a server, and can do what networks do: be slow, say nothing more, and cut. */
export class CuttingProxy implements AsyncDisposable {
  /** Where new connections lead. */
  target: string;
  /** How long everything takes, each way. */
  latencyMs = 0;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [client: Socket, server: Socket]>();
  #isMute = false;

  private constructor(server: Server, target: string) {
    this.#server = server;
    this.target = target;
  }

  static async start(target: string): Promise<CuttingProxy> {
    const server = createServer();
    const proxy = new CuttingProxy(server, target);
    server.on("connection", (client) => {
      const { hostname, port } = new URL(proxy.target);
      proxy.#join(client, connect(Number(port), hostname));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Nothing of what the server sends arrives from now on. */
  mute(): void {
    this.#isMute = true;
  }

  /** Breaks all connections; new ones work again. */
  cut(): void {
    this.#isMute = false;
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
    this.#pairs.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, "close");
  }

  #join(client: Socket, server: Socket): void {
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    client.on("data", (bytes) => this.#pass(bytes, server));
    server.on("data", (bytes) => {
      if (!this.#isMute) this.#pass(bytes, client);
    });
    for (const [one, other] of [pair, [server, client]] as const) {
      one.on("error", () => one.destroy());
      one.once("close", () => {
        this.#pairs.delete(pair);
        other.destroy();
      });
    }
  }

  #pass(bytes: Buffer, to: Socket): void {
    if (this.latencyMs === 0) to.write(bytes);
    else setTimeout(() => to.writable && to.write(bytes), this.latencyMs);
  }
}
