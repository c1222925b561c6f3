import { ORIGIN } from "../../data/session.ts";

export interface ComposedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** One a line, `name: value`. */
  readonly headers: string;
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly durationMs: number;
}

/** Where HTTP actions are on the origin of this page, so that the browser lets the page read what they answer. */
const PREFIX = "/http";

/** @throws Error with a text for people. */
export async function sendRequest({ method, path, headers, body }: ComposedRequest): Promise<HttpAnswer> {
  if (!path.startsWith("/")) throw new Error("The path begins with a slash.");
  const startMs = performance.now();
  const response = await fetch(`${ORIGIN}${PREFIX}${path}`, {
    method,
    headers: parseHeaders(headers) as [string, string][],
    body: method === "GET" || method === "HEAD" || body === "" ? null : body,
    redirect: "manual",
    credentials: "omit",
  });
  const text = await response.text();
  return {
    status: response.status,
    statusText: response.statusText,
    headers: [...response.headers],
    body: text,
    durationMs: performance.now() - startMs,
  };
}

/** @throws Error for a line without a colon. */
export function parseHeaders(text: string): (readonly [string, string])[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const colon = line.indexOf(":");
      if (colon < 1) throw new Error(`"${line}" is no header: write name: value.`);
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    });
}
