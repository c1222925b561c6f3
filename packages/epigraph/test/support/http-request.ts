import { type IncomingMessage, request } from "node:http";
import { buffer } from "node:stream/consumers";

export interface HttpRequestOptions {
  readonly method?: string;
  /** Several values of one name become several header lines. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  /** Name in lower case and value of each header line, in order. */
  readonly headerLines: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  readonly text: string;
}

/** A request that `fetch` refuses to make or whose answer it would tidy up: odd methods, bodies, repeated headers. */
export async function httpRequest(url: string, options: HttpRequestOptions = {}): Promise<HttpAnswer> {
  const { method = "GET", body } = options;
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    headers[name] = typeof value === "string" ? value : [...value];
  }
  if (body !== undefined) headers["content-length"] = String(Buffer.byteLength(body));
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false }, resolve);
    outgoing.once("error", reject);
    outgoing.end(body);
  });
  const bytes = await buffer(response);
  return {
    status: response.statusCode as number,
    headerLines: pairs(response.rawHeaders),
    body: bytes,
    text: bytes.toString(),
  };
}

function pairs(flat: readonly string[]): readonly (readonly [string, string])[] {
  const lines: [string, string][] = [];
  for (let i = 0; i < flat.length; i += 2) {
    lines.push([(flat[i] as string).toLowerCase(), flat[i + 1] as string]);
  }
  return lines;
}
