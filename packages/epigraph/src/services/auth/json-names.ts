/** Texts and what gives JSON its structure. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:]/gs;

/**
 * Whether the object that a JSON text is has two members of one name. `JSON.parse` takes the last of them; other
 * programs take the first, and what one of them has checked is not what the other one uses.
 * @param json valid JSON text of an object.
 */
export function hasDuplicateNames(json: string): boolean {
  const seen = new Set<string>();
  let depth = 0;
  let last = "";
  for (const [token] of json.matchAll(TOKENS)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (token === ":" && depth === 1) {
      const name = JSON.parse(last) as string;
      if (seen.has(name)) return true;
      seen.add(name);
    }
    last = token;
  }
  return false;
}
