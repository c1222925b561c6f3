/** Tokens that identify somebody; others with the same signature, such as those of a log-out, do not. */
const TYPES: ReadonlySet<string> = new Set(["jwt", "at+jwt"]);

/** Whether a token is of a type that identifies somebody, and asks for nothing that this server does not know. */
export function isPlainHeader({ typ, crit, b64 }: Readonly<Record<string, unknown>>): boolean {
  if (crit !== undefined || b64 !== undefined) return false;
  if (typ === undefined) return true;
  return typeof typ === "string" && TYPES.has(typ.toLowerCase().replace(/^application\//, ""));
}
