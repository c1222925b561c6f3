import { textPieces } from "../realm/text-pieces.ts";
import type { ResponseHead } from "./bridge.ts";
import type { Execution } from "./execution.ts";
import { begin, fail, finish, load } from "./executions.ts";
import { hooks } from "./globals.ts";
import { host } from "./host.ts";
import type { Seed } from "./random.ts";
import { pumpResponse } from "./response-pump.ts";

interface Router {
  readonly isRouter: unknown;
  lookup(path: string, method: string): readonly [unknown, string, string] | null;
  runRequest(args: string, path: string): Promise<string>;
}

/** Runs an HTTP action: route, request, handler, response. */
export function runHttpAction(
  id: number,
  body: ArrayBuffer | number | null,
  path: string,
  ...[a, b, c, ...headPieces]: readonly [...seed: Seed, ...headPieces: string[]]
): void {
  const execution = begin(id, "http", [a, b, c], null);
  try {
    const router = routerOf(load("http.js", execution));
    const [url, method, headerPairs] = JSON.parse(headPieces.join("")) as [
      string,
      string,
      [string, string][],
    ];
    const route = router.lookup(path, method);
    if (route === null) {
      finish(execution, "N");
      return;
    }
    execution.route = `${route[1]} ${route[2]}`;
    execution.request = hooks.makeRequest({
      url,
      method,
      headerPairs,
      body: body === null ? null : typeof body === "number" ? { exchange: body } : new Uint8Array(body),
    });
    router.runRequest("{}", path).then(
      () => respond(execution),
      (thrown: unknown) => fail(execution, thrown),
    );
  } catch (thrown) {
    fail(execution, thrown);
  }
}

function routerOf(module: Record<string, unknown>): Router {
  if (!("default" in module)) throw new Error(`Couldn't find default export in module "http.js".`);
  const router = module["default"] as Router | null;
  if (typeof router !== "object" || router === null || router.isRouter !== true) {
    throw new Error("The default export of `convex/http.js` is not a Router.");
  }
  return router;
}

function respond(execution: Execution): void {
  const route = execution.route as string;
  const { status, headerPairs, body } = hooks.splitResponse(execution.response);
  // Asking for `instanceof ReadableStream` would load the streams library.
  if (body === null || typeof body === "string" || body instanceof Uint8Array) {
    const head: ResponseHead = { status, headers: headerPairs, stream: false, route };
    const whole =
      typeof body === "string" ? textPieces(body) : [body === null ? undefined : exactBuffer(body)];
    host.respond(execution.id, JSON.stringify(head), ...(whole as [string]));
    finish(execution, "V");
    return;
  }
  const head: ResponseHead = { status, headers: headerPairs, stream: true, route };
  pumpResponse(execution, body, JSON.stringify(head)).then(
    () => finish(execution, "V"),
    (thrown: unknown) => fail(execution, thrown),
  );
}

function exactBuffer({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}
