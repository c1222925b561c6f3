import type { IncomingHttpHeaders } from "node:http";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { TrustedProxies } from "../trusted-proxies.ts";

/**
 * Says under which scheme and host a client sees the server, which a proxy in front knows better than the connection:
 * `X-Forwarded-Proto`, then `Forwarded` (RFC 7239), then plain HTTP; `Forwarded`, then `X-Forwarded-Host`, then `Host`.
 * Anybody can send these headers, so only those of trusted proxies are believed.
 */
export class ExternalOrigins {
  /** Most requests come under one name, and judging a name means parsing a URL. */
  #knownHost = "";
  readonly #proxies: TrustedProxies;

  constructor(proxies: TrustedProxies) {
    this.#proxies = proxies;
  }

  /**
   * @param peer address of who connected; undefined when the connection is gone.
   * @param authority host of the request target, for requests without any header that names one.
   * @returns `<scheme>://<host>`
   * @throws EpigraphError `InvalidHost`
   */
  of(headers: IncomingHttpHeaders, peer: string | undefined, authority: string | null): string {
    const proxied = isProxied(headers) && this.#proxies.trusts(peer) ? headers : NOT_PROXIED;
    const host =
      forwardedParameter(proxied.forwarded, "host") ??
      firstEntry(proxied["x-forwarded-host"]) ??
      headers.host ??
      authority ??
      "";
    if (host !== this.#knownHost) {
      if (!isHost(host)) {
        throw new EpigraphError("InvalidHost", `The host of the request is not valid: '${host}'`);
      }
      this.#knownHost = host;
    }
    return `${scheme(proxied)}://${host}`;
  }
}

const NOT_PROXIED: IncomingHttpHeaders = {};

function isProxied(headers: IncomingHttpHeaders): boolean {
  return (
    headers.forwarded !== undefined ||
    headers["x-forwarded-host"] !== undefined ||
    headers["x-forwarded-proto"] !== undefined
  );
}

function scheme(headers: IncomingHttpHeaders): "http" | "https" {
  const named = firstEntry(headers["x-forwarded-proto"]) ?? forwardedParameter(headers.forwarded, "proto");
  return named?.toLowerCase() === "https" ? "https" : "http";
}

const HOST = /^[A-Za-z0-9._~:[\]-]+$/;

function isHost(host: string): boolean {
  return HOST.test(host) && URL.canParse(`http://${host}/`);
}

/** The first of a comma-separated list; proxies append, so it is the one nearest to the client. */
function firstEntry(header: string | string[] | undefined): string | null {
  if (typeof header !== "string") return null;
  const comma = header.indexOf(",");
  const entry = (comma === -1 ? header : header.slice(0, comma)).trim();
  return entry === "" ? null : entry;
}

function forwardedParameter(forwarded: string | undefined, name: string): string | null {
  for (const pair of (firstEntry(forwarded) ?? "").split(";")) {
    const equals = pair.indexOf("=");
    if (equals === -1 || pair.slice(0, equals).trim().toLowerCase() !== name) continue;
    const value = pair.slice(equals + 1).trim();
    const unquoted = value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
    return unquoted === "" ? null : unquoted;
  }
  return null;
}
