import type { AdminApi } from "../../data/admin-api.ts";
import { saveFile } from "../../ui/save-file.ts";
import type { HeaderPairs, RecordedBody, RecordedRequest } from "./recorded.ts";

/** Saves requests as an HTTP archive, which the tools of browsers open. Secrets are masked in it too. */
export async function saveHar(api: AdminApi, ids: readonly number[]): Promise<void> {
  const found = await Promise.allSettled(
    ids.map((id) => api.get<RecordedRequest>(`/_dashboard/api/requests/${id}`)),
  );
  const entries = found.flatMap((result) => (result.status === "fulfilled" ? [entryOf(result.value)] : []));
  const har = { log: { version: "1.2", creator: { name: "Epigraph", version: "1" }, entries } };
  saveFile(new Blob([JSON.stringify(har, null, 2)], { type: "application/json" }), "requests.har");
}

function entryOf(request: RecordedRequest): object {
  const { startMs, durationMs, method, url, headers, body, status, responseHeaders, responseBody } = request;
  const common = { httpVersion: "HTTP/1.1", cookies: [], headersSize: -1 };
  return {
    startedDateTime: new Date(startMs).toISOString(),
    time: durationMs ?? 0,
    request: {
      ...common,
      method,
      url,
      headers: pairs(headers),
      queryString: [...new URL(url).searchParams].map(([name, value]) => ({ name, value })),
      bodySize: body.bytes,
      ...(body.bytes === 0 ? {} : { postData: { mimeType: typeOf(headers), text: body.text } }),
    },
    response: {
      ...common,
      status: status ?? 0,
      statusText: "",
      headers: pairs(responseHeaders),
      redirectURL: "",
      bodySize: responseBody.bytes,
      content: contentOf(responseBody, typeOf(responseHeaders)),
    },
    cache: {},
    timings: { send: 0, wait: durationMs ?? 0, receive: 0 },
  };
}

function contentOf({ bytes, text, isBase64 }: RecordedBody, mimeType: string): object {
  return { size: bytes, mimeType, text, ...(isBase64 ? { encoding: "base64" } : {}) };
}

function pairs(headers: HeaderPairs): object[] {
  return headers.map(([name, value]) => ({ name, value }));
}

function typeOf(headers: HeaderPairs): string {
  return headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
}
