import { authorization } from "./session.ts";

/** Asks endpoints for admins. The key goes in a header: no page of another origin can make the browser send it. */
export class AdminApi {
  readonly key: string;

  constructor(key: string) {
    this.key = key;
  }

  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    // As whom it asks decides that log lines come in parts.
    const headers = { ...authorization(this.key), "convex-client": "dashboard-1.0.0" };
    return answer(await fetch(path, { headers, signal: signal ?? null }));
  }

  /** The body of an answer, which the browser may keep on disk. */
  async bytes(path: string): Promise<Blob> {
    const response = await fetch(path, { headers: authorization(this.key) });
    return response.ok ? response.blob() : answer(response);
  }

  /** Posts bytes as they are. */
  async send<T>(path: string, bytes: Blob): Promise<T> {
    const headers = { ...authorization(this.key), "content-type": "application/octet-stream" };
    return answer(await fetch(path, { method: "POST", headers, body: bytes }));
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    const headers = { ...authorization(this.key), "content-type": "application/json" };
    return answer(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
  }
}

/** @throws Error with the message of the answer. */
async function answer<T>(response: Response): Promise<T> {
  const text = await response.text();
  const json = parse(text);
  if (response.ok) return json as T;
  const { message } = (json ?? {}) as { readonly message?: string };
  throw new Error(message ?? `The server answered ${response.status}.`);
}

function parse(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
