import type { Settings } from "../page-server.ts";

// The authorization code flow with PKCE. An app of your own will rather use the library of its identity provider.

const VERIFIER = "verifier";
const REDIRECT_URI = `${location.origin}/`;

/** Leaves the page for the provider's, which sends the user back with a code. */
export async function redirectToSignIn({ issuer, clientId }: Settings): Promise<void> {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  sessionStorage.setItem(VERIFIER, verifier);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const parameters = new URLSearchParams({
    client_id: clientId,
    response_type: "code",
    redirect_uri: REDIRECT_URI,
    scope: "openid profile email",
    code_challenge: base64url(new Uint8Array(hash)),
    code_challenge_method: "S256",
  });
  location.href = `${issuer}/auth?${parameters}`;
}

/** The ID token of a user who has just come back; null for others. */
export async function tokenOfSignIn({ issuer, clientId }: Settings): Promise<string | null> {
  const code = new URLSearchParams(location.search).get("code");
  const verifier = sessionStorage.getItem(VERIFIER);
  if (code === null || verifier === null) return null;
  sessionStorage.removeItem(VERIFIER);
  history.replaceState(null, "", REDIRECT_URI);
  const response = await fetch(`${issuer}/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: clientId,
      code,
      code_verifier: verifier,
      redirect_uri: REDIRECT_URI,
    }),
  });
  const { id_token: token } = (await response.json()) as { readonly id_token?: string };
  return token ?? null;
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}
