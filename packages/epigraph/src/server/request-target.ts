/** What the first line of a request asks for. */
export interface RequestTarget {
  /** As sent. */
  readonly path: string;
  /** As sent, without the question mark; empty when there is none. */
  readonly query: string;
  /** Host of a target in absolute form, as proxies get them; null for the usual form. */
  readonly authority: string | null;
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)/i;

/** Takes a request target apart. The fragment, which clients should not send, is dropped. */
export function parseRequestTarget(target: string): RequestTarget {
  let rest = target;
  let authority: string | null = null;
  if (target.charCodeAt(0) !== SLASH) {
    const match = ABSOLUTE.exec(target);
    if (match !== null) {
      authority = match[1] as string;
      rest = target.slice(match[0].length);
    }
  }
  const hash = rest.indexOf("#");
  if (hash !== -1) rest = rest.slice(0, hash);
  const question = rest.indexOf("?");
  const path = question === -1 ? rest : rest.slice(0, question);
  return {
    path: path.charCodeAt(0) === SLASH ? path : "/",
    query: question === -1 ? "" : rest.slice(question + 1),
    authority,
  };
}

const SLASH = 47;
/** What a URL parser would change: dot segments, backslashes and what must be percent-encoded. */
const NOT_NORMAL = /\/\.|\/%2e|[^!$-;=@-[\]_a-z|~]/i;
const NOT_VISIBLE_ASCII = /[^!-~]/;

/** The path as every URL parser would have it, so that routes and `request.url` agree. */
export function normalizePath(path: string): string {
  return NOT_NORMAL.test(path) ? new URL(`http://host${utf8(path)}`).pathname : path;
}

/** The query as sent; bytes beyond ASCII, which no client should send, are taken for UTF-8. */
export function normalizeQuery(query: string): string {
  return NOT_VISIBLE_ASCII.test(query) ? new URL(`http://host/?${utf8(query)}`).search.slice(1) : query;
}

/** Node hands bytes over as Latin-1. */
function utf8(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString();
}
