import type { PublicHttpAction } from "./registration-types.ts";
import { callHostWithObjects } from "./syscall.ts";

/** The methods that routes can have. HEAD is answered by the routes of GET. */
export const ROUTABLE_HTTP_METHODS = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"] as const;
export type RoutableMethod = (typeof ROUTABLE_HTTP_METHODS)[number];

/** Handles requests to exactly this path. */
export type RouteSpecWithPath = { path: string; method: RoutableMethod; handler: PublicHttpAction };
/** Handles requests to all paths that begin with a prefix, which ends in `/`. */
export type RouteSpecWithPathPrefix = {
  pathPrefix: string;
  method: RoutableMethod;
  handler: PublicHttpAction;
};
export type RouteSpec = RouteSpecWithPath | RouteSpecWithPathPrefix;

/**
 * The router that `http.ts` exports as its default.
 *
 * ```ts
 * const http = httpRouter();
 * http.route({ path: "/ping", method: "GET", handler: httpAction(async () => new Response("pong")) });
 * export default http;
 * ```
 */
export function httpRouter(): HttpRouter {
  return new HttpRouter();
}

type InvocableHttpAction = PublicHttpAction & { invokeHttpAction(request: Request): Promise<Response> };

/** Its functions are properties and can be called detached, as hosts do. */
export class HttpRouter {
  exactRoutes: Map<string, Map<RoutableMethod, PublicHttpAction>> = new Map();
  prefixRoutes: Map<RoutableMethod, Map<string, PublicHttpAction>> = new Map();
  isRouter: true = true;

  /**
   * Adds a route.
   * @throws Error if it is not complete, not allowed or taken.
   */
  route = (spec: RouteSpec): void => {
    const { handler, method } = spec;
    if (!handler) throw new Error("route requires handler");
    if (!method) throw new Error("route requires method");
    if (!ROUTABLE_HTTP_METHODS.includes(method)) {
      throw new Error(`'${method}' is not an allowed HTTP method (like GET, POST, PUT etc.)`);
    }
    if ("path" in spec) {
      if ("pathPrefix" in spec) {
        throw new Error("Invalid httpRouter route: cannot contain both 'path' and 'pathPrefix'");
      }
      this.#addExact(spec.path, method, handler);
    } else if ("pathPrefix" in spec) {
      this.#addPrefix(spec.pathPrefix, method, handler);
    } else {
      throw new Error("Invalid httpRouter route entry: must contain either field 'path' or 'pathPrefix'");
    }
  };

  /** All routes, sorted; prefixes end in `*`. */
  getRoutes = (): Array<Readonly<[string, RoutableMethod, PublicHttpAction]>> => {
    const exact = sortedEntries(this.exactRoutes).flatMap(([path, handlers]) =>
      sortedEntries(handlers).map(([method, handler]) => [path, method, handler] as const),
    );
    const prefixed = sortedEntries(this.prefixRoutes).flatMap(([method, handlers]) =>
      sortedEntries(handlers).map(([prefix, handler]) => [`${prefix}*`, method, handler] as const),
    );
    return [...exact, ...prefixed];
  };

  /** The handler for a path, the method of its route and the path of its route; null if there is none. */
  lookup = (
    path: string,
    method: RoutableMethod | "HEAD",
  ): Readonly<[PublicHttpAction, RoutableMethod, string]> | null => {
    const routedMethod = method === "HEAD" ? "GET" : method;
    const exact = this.exactRoutes.get(path)?.get(routedMethod);
    if (exact) return [exact, routedMethod, path];
    let longest: string | null = null;
    const prefixes = this.prefixRoutes.get(routedMethod);
    for (const prefix of prefixes?.keys() ?? []) {
      if (path.startsWith(prefix) && (longest === null || prefix.length > longest.length)) longest = prefix;
    }
    return longest === null ? null : [prefixes!.get(longest)!, routedMethod, `${longest}*`];
  };

  /**
   * Answers a request that the host gives as JSON text of its own shape, and so is the response.
   * @param requestRoute the path to route by, which is not that of the URL where the router is mounted.
   */
  runRequest = async (argsStr: string, requestRoute: string): Promise<string> => {
    const request = callHostWithObjects<Request>("requestFromConvexJson", {
      convexJson: JSON.parse(argsStr),
    });
    const path =
      typeof requestRoute === "string" && requestRoute !== "" ? requestRoute : new URL(request.url).pathname;
    const match = this.lookup(path, request.method as RoutableMethod);
    const response =
      match === null
        ? new Response(`No HttpAction routed for ${path}`, { status: 404 })
        : await (match[0] as InvocableHttpAction).invokeHttpAction(request);
    return JSON.stringify(callHostWithObjects("convexJsonFromResponse", { response }));
  };

  #addExact(path: string, method: RoutableMethod, handler: PublicHttpAction): void {
    if (!path.startsWith("/")) throw new Error(`path '${path}' does not start with a /`);
    if (path === "/.files" || path.startsWith("/.files/")) throw new Error(`path '${path}' is reserved`);
    const handlers = this.exactRoutes.get(path) ?? new Map<RoutableMethod, PublicHttpAction>();
    if (handlers.has(method)) throw new Error(`Path '${path}' for method ${method} already in use`);
    this.exactRoutes.set(path, handlers.set(method, handler));
  }

  #addPrefix(prefix: string, method: RoutableMethod, handler: PublicHttpAction): void {
    if (!prefix.startsWith("/")) throw new Error(`pathPrefix '${prefix}' does not start with a /`);
    if (!prefix.endsWith("/")) throw new Error(`pathPrefix ${prefix} must end with a /`);
    if (prefix.startsWith("/.files/")) throw new Error(`pathPrefix '${prefix}' is reserved`);
    const handlers = this.prefixRoutes.get(method) ?? new Map<string, PublicHttpAction>();
    if (handlers.has(prefix)) throw new Error(`${method} pathPrefix ${prefix} is already defined`);
    this.prefixRoutes.set(method, handlers.set(prefix, handler));
  }
}

function sortedEntries<Key extends string, Item>(map: ReadonlyMap<Key, Item>): [Key, Item][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
