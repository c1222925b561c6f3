import { HostBody } from "./body-stream.ts";
import { type SentRequest, sendRequest } from "./fetch-exchange.ts";
import { redirectedRequest, redirectLocation } from "./fetch-redirect.ts";
import { platformHost } from "./host.ts";
import { Request, type RequestOptions, takeRequest } from "./request.ts";
import { makeFetchedResponse, type Response } from "./response.ts";

const MAX_REDIRECTS = 20;

/**
 * `fetch` of the Fetch standard for a server: no origin of its own, hence no CORS, and no cookies or cache.
 * Rejects with a TypeError for what is no request, the reason of the request's signal, an Error with the network's
 * reason for anything else.
 */
export async function fetch(input: unknown, init?: RequestOptions): Promise<Response> {
  const { redirect, signal, ...first } = takeRequest(new Request(input, init));
  signal?.throwIfAborted();
  let request: SentRequest = { ...first, url: first.url.replace(/#.*$/s, "") };
  for (let redirects = 0; ; redirects++) {
    checkScheme(request.url);
    const { exchange, head } = await sendRequest(request, signal);
    const location = redirect === "manual" ? null : redirectLocation(head);
    if (location === null) {
      return makeFetchedResponse({
        status: head.status,
        statusText: head.statusText,
        headerPairs: head.headers,
        body: head.hasBody ? new HostBody(exchange, signal) : null,
        url: request.url,
        redirected: redirects > 0,
      });
    }
    platformHost().cancelBody(exchange);
    if (redirect === "error") throw new Error("fetch attempted redirect");
    if (redirects === MAX_REDIRECTS) throw new Error("fetch too many redirects");
    request = redirectedRequest(request, head.status, location);
  }
}

function checkScheme(url: string): void {
  const scheme = url.slice(0, url.indexOf(":"));
  if (scheme === "http" || scheme === "https") return;
  throw new Error(`Unsupported URL scheme -- http and https are supported (scheme was ${scheme})`);
}
