import { Rights } from "./rights.ts";

/** The key that this tab was opened with; a tab forgets it when it is closed. */
const KEY = "epigraph admin key";

export function storedKey(): string | null {
  return sessionStorage.getItem(KEY);
}

export function storeKey(key: string): void {
  sessionStorage.setItem(KEY, key);
}

export function forgetKey(): void {
  sessionStorage.removeItem(KEY);
}

/** Origin of the API: the page is served by it. */
export const ORIGIN = location.origin;

/** The token of a one-time link, which is taken out of the address at once. Null when there is none. */
export function takeLinkToken(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token !== null) history.replaceState(null, "", location.pathname + location.search);
  return token;
}

/** @throws Error with a text for people. */
export async function keyForToken(token: string): Promise<string> {
  const response = await fetch("/_dashboard/api/open", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
  const answer = (await response.json()) as { readonly adminKey?: string; readonly message?: string };
  if (answer.adminKey === undefined) throw new Error(answer.message ?? "The link opens nothing any more.");
  return answer.adminKey;
}

/** @returns what the key allows. @throws Error with a text for people, when it is not one of this deployment. */
export async function checkKey(key: string): Promise<Rights> {
  const response = await fetch("/api/check_admin_key", { headers: authorization(key) });
  if (response.ok) {
    const { allowedOps } = (await response.json()) as { readonly allowedOps: readonly string[] };
    return new Rights(allowedOps);
  }
  if (response.status >= 500) throw new Error("The deployment does not answer as it should. Is it running?");
  throw new Error("This is not an admin key of this deployment.");
}

export function authorization(key: string): Record<string, string> {
  return { authorization: `Convex ${key}` };
}
