import type { Exchange } from "./exchange.ts";
import type { ServerParts } from "./server-parts.ts";

/** Answers a request through the exchange. What it throws becomes an error envelope. */
export type Handler = (exchange: Exchange, parts: ServerParts) => void | Promise<void>;

export interface Route {
  readonly method: "GET" | "POST";
  /** The whole path, or with a slash at its end what paths begin with. */
  readonly path: string;
  readonly handle: Handler;
}

/** The handlers of one path by method. */
export class PathRoutes {
  readonly #handlers = new Map<string, Handler>();

  add(method: string, handle: Handler): void {
    this.#handlers.set(method, handle);
  }

  find(method: string): Handler | null {
    return this.#handlers.get(method === "HEAD" ? "GET" : method) ?? null;
  }

  /** For the `Allow` header. */
  get methods(): string {
    const methods = [...this.#handlers.keys()];
    return (this.#handlers.has("GET") ? [...methods, "HEAD"] : methods).toSorted().join(",");
  }
}

/** Finds endpoints by path: by equality in one lookup, and only then among the few that are prefixes. */
export class Router {
  readonly #exact = new Map<string, PathRoutes>();
  readonly #prefixes = new Map<string, PathRoutes>();

  constructor(routes: readonly Route[]) {
    for (const { method, path, handle } of routes) {
      const table = path.length > 1 && path.endsWith("/") ? this.#prefixes : this.#exact;
      let found = table.get(path);
      if (found === undefined) {
        found = new PathRoutes();
        table.set(path, found);
      }
      found.add(method, handle);
    }
  }

  find(path: string): PathRoutes | null {
    const exact = this.#exact.get(path);
    if (exact !== undefined) return exact;
    for (const [prefix, routes] of this.#prefixes) if (path.startsWith(prefix)) return routes;
    return null;
  }
}
