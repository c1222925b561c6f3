/** The text after `Authorization: Convex `, taken apart. */
export interface AdminCredentials {
  /** `<instance name>|<hex>`, or only the hex part where the prefix stood for the name. */
  readonly key: string;
  /** Base64 of the JSON identity that the admin acts as; null for none. */
  readonly actingAs: string | null;
}

/** Prefixes whose keys name a project instead of a deployment: the name says nothing here. */
const PROJECT_PREFIXES: readonly string[] = ["preview", "project"];

/**
 * Splits `[<prefix>:]<name>|<hex>[:<base64 JSON>]`. The prefix goes first: only then is the first colon the one before
 * the acting identity. Checks nothing.
 */
export function splitAdminCredentials(text: string): AdminCredentials {
  const rest = withoutPrefix(text);
  const colon = rest.indexOf(":");
  return colon === -1
    ? { key: rest, actingAs: null }
    : { key: rest.slice(0, colon), actingAs: rest.slice(colon + 1) };
}

function withoutPrefix(text: string): string {
  const bar = text.indexOf("|");
  const colon = text.indexOf(":");
  if (colon === -1 || colon > bar) return text;
  return PROJECT_PREFIXES.includes(text.slice(0, colon)) ? text.slice(bar + 1) : text.slice(colon + 1);
}
