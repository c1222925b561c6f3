/** An answer of a provider. */
export interface FetchedText {
  readonly status: number;
  readonly statusText: string;
  readonly contentType: string;
  readonly text: string;
  /** How long it may be kept; null where the answer does not say. */
  readonly lifetimeMs: number | null;
}

/** No answer came that could be used; the message says why in a few words. */
export class FetchFailure extends Error {
  override readonly name = "FetchFailure";
}

export const FETCH_TIMEOUT_MS = 5_000;
/** Far more than providers have keys. */
const MAX_BYTES = 256 * 1024;

/**
 * Reads what a URL of the app's configuration has. Follows no redirects: the provider is who the app says it is.
 * @throws FetchFailure
 */
export async function fetchText(url: string): Promise<FetchedText> {
  const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      headers: { accept: "application/json" },
      redirect: "manual",
      signal,
    });
    const { status, statusText, headers } = response;
    return {
      status,
      statusText,
      contentType: headers.get("content-type") ?? "",
      text: await readText(response),
      lifetimeMs: lifetimeMs(headers),
    };
  } catch (error) {
    if (error instanceof FetchFailure) throw error;
    if (signal.aborted) throw new FetchFailure(`no answer within ${FETCH_TIMEOUT_MS / 1000} s`);
    const cause = ((error as Error).cause ?? error) as { readonly code?: unknown; readonly message: string };
    throw new FetchFailure(typeof cause.code === "string" ? cause.code : cause.message, { cause: error });
  }
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new FetchFailure(`the answer has more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function lifetimeMs(headers: Headers): number | null {
  const control = headers.get("cache-control");
  if (control === null) return null;
  if (/\bno-(?:store|cache)\b/i.test(control)) return 0;
  const [, seconds] = /\bmax-age\s*=\s*"?(\d{1,10})/i.exec(control) ?? [];
  if (seconds === undefined) return null;
  const age = Number(headers.get("age") ?? 0);
  return Math.max(0, Number(seconds) - (age > 0 ? age : 0)) * 1000;
}
