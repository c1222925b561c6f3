import assert from "node:assert/strict";
import type { RunningApp } from "./running-app.ts";

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Readonly<Record<string, unknown>>;
}

type RequestHeaders = Readonly<Record<string, string>>;

/** Posts JSON, or a text as it stands, to the API origin; the answer is JSON. */
export async function postApi(
  { api }: RunningApp,
  path: string,
  body: unknown,
  headers: RequestHeaders = {},
): Promise<ApiAnswer> {
  const response = await fetch(api + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  try {
    return { status: response.status, headers: response.headers, json: JSON.parse(text) };
  } catch {
    throw new Error(`POST ${path} answered ${response.status} with what is not JSON: ${text}`);
  }
}

/** The header of somebody who holds the deployment's key. */
export function asAdmin({ adminKey }: RunningApp, actingAs?: object): { readonly authorization: string } {
  const identity =
    actingAs === undefined ? "" : `:${Buffer.from(JSON.stringify(actingAs)).toString("base64")}`;
  return { authorization: `Convex ${adminKey}${identity}` };
}

/** Asserts that a request got no further than the door. */
export async function assertRefused(
  answer: Promise<ApiAnswer>,
  status: number,
  code: string,
  message: RegExp = /./,
): Promise<void> {
  const { status: actual, headers, json } = await answer;
  assert.deepEqual([actual, json["code"]], [status, code], JSON.stringify(json));
  assert.equal(headers.get("content-type"), "application/json");
  assert.match(String(json["message"]), message);
}

/** Asserts that a function failed, which is an answer of status 200. */
export async function assertFailed(answer: Promise<ApiAnswer>, message: RegExp): Promise<void> {
  await failureOf(answer, message);
}

/** The same, for a look at what else is in the answer. */
export async function failureOf(answer: Promise<ApiAnswer>, message: RegExp): Promise<ApiAnswer["json"]> {
  const { status, json } = await answer;
  assert.deepEqual([status, json["status"]], [200, "error"], JSON.stringify(json));
  assert.match(String(json["errorMessage"]), message);
  return json;
}

/** Calls functions by path; a kind for each endpoint, so that tests read like the calls of a client. */
export class FunctionCaller {
  readonly #app: RunningApp;
  readonly #headers: RequestHeaders;

  constructor(app: RunningApp, headers: RequestHeaders = {}) {
    this.#app = app;
    this.#headers = headers;
  }

  /** Value of a query that succeeds. */
  query(path: string, args: object = {}): Promise<unknown> {
    return this.#value("query", path, args);
  }

  mutation(path: string, args: object = {}): Promise<unknown> {
    return this.#value("mutation", path, args);
  }

  action(path: string, args: object = {}): Promise<unknown> {
    return this.#value("action", path, args);
  }

  /** Text of the error of a function that fails: without the request id, with its frames. */
  async errorOf(kind: "query" | "mutation" | "action", path: string, args: unknown = {}): Promise<string> {
    const { status, json } = await this.#call(kind, path, args);
    const { errorMessage } = json;
    assert.equal(status, 200, JSON.stringify(json));
    assert.equal(json["status"], "error", `${path} did not fail: ${JSON.stringify(json)}`);
    const [, text] = /^\[Request ID: [^\]]+\] Server Error\n([\s\S]*)$/.exec(String(errorMessage)) ?? [];
    assert.notEqual(text, undefined, `no request id in ${String(errorMessage)}`);
    return text as string;
  }

  async #value(kind: string, path: string, args: object): Promise<unknown> {
    const { json } = await this.#call(kind, path, args);
    assert.equal(json["status"], "success", `${path}: ${JSON.stringify(json)}`);
    return json["value"];
  }

  #call(kind: string, path: string, args: unknown): Promise<ApiAnswer> {
    return postApi(this.#app, `/api/${kind}`, { path, args }, this.#headers);
  }
}
