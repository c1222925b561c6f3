/** A URL record of the URL standard, for special schemes. */
export interface UrlRecord {
  scheme: string;
  username: string;
  password: string;
  /** A domain, or the number of an IPv4 address. */
  host: string | number;
  /** Null for the scheme's default. */
  port: number | null;
  path: string[];
  query: string | null;
  fragment: null;
}

/**
 * `http` and `https` with a host that needs no mapping, and nothing that the standard would encode: what nearly every
 * request has. `%` stays as it is. In the query a quote would be encoded.
 */
const COMMON =
  /^(https?):\/\/([a-z0-9.-]+)(?::(\d{1,5}))?((?:\/[\w\-.~!$&'()*+,;=:@%]*)*)(?:\?([\w\-.~!$&()*+,;=:@%/?]*))?$/;
/** Segments that mean a place in the hierarchy. */
const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:\/|$)/i;
/** Domains whose labels are plain: the last one not a number, none in Punycode, which would be checked. */
const DOMAIN = /^(?:[a-z0-9][a-z0-9-]*\.)*[a-z][a-z0-9-]*$/;
const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };
const MAX_PORT = 65_535;

/** The record of a common absolute URL; null where only the whole parser knows. */
export function parseCommonUrl(input: string): UrlRecord | null {
  const match = COMMON.exec(input);
  if (match === null) return null;
  const [, scheme, hostText, portText, path, query] = match as unknown as [
    string,
    string,
    string,
    string | undefined,
    string,
    string | undefined,
  ];
  const host = parseHost(hostText);
  if (host === null || DOT_SEGMENT.test(path)) return null;
  let port: number | null = null;
  if (portText !== undefined) {
    const number = Number(portText);
    if (number > MAX_PORT) return null;
    if (number !== DEFAULT_PORTS[scheme]) port = number;
  }
  return {
    scheme,
    username: "",
    password: "",
    host,
    port,
    path: path === "" ? [""] : path.slice(1).split("/"),
    query: query ?? null,
    fragment: null,
  };
}

function parseHost(text: string): string | number | null {
  const numbers = IPV4.exec(text);
  if (numbers === null) return DOMAIN.test(text) && !text.includes("xn--") ? text : null;
  let address = 0;
  for (let i = 1; i <= 4; i++) {
    const part = numbers[i]!;
    // A leading zero means octal, a part above 255 is an error.
    if ((part.length > 1 && part[0] === "0") || Number(part) > 255) return null;
    address = address * 256 + Number(part);
  }
  return address;
}

/** Nothing to decode, and nothing outside ASCII. */
const PLAIN_QUERY = /^[\x20-\x24\x26-\x7e]*$/;

/** Names and values of a query without escapes; null where only the whole parser knows. */
export function parseCommonQuery(text: string): [string, string][] | null {
  if (!PLAIN_QUERY.test(text)) return null;
  const pairs: [string, string][] = [];
  for (const sequence of text.replaceAll("+", " ").split("&")) {
    if (sequence === "") continue;
    const at = sequence.indexOf("=");
    pairs.push(at === -1 ? [sequence, ""] : [sequence.slice(0, at), sequence.slice(at + 1)]);
  }
  return pairs;
}
