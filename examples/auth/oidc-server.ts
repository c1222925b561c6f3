import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Configuration, Provider } from "oidc-provider";

/** Whom its tokens are for: the `applicationID` of `convex/auth.config.ts`. */
export const CLIENT_ID = "notes";

/**
 * An OpenID Connect server that lets anybody in, by any name and password: a stand-in for the one that your users have
 * accounts at.
 * @param pageUrl where it sends users back to.
 * @returns its issuer, which is also its URL.
 */
export async function startOidcServer(port: number, pageUrl: string): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on("request", new Provider(issuer, configuration(pageUrl)).callback());
  return issuer;
}

function configuration(pageUrl: string): Configuration {
  return {
    clients: [
      {
        client_id: CLIENT_ID,
        // A page can't keep a secret; PKCE takes its place.
        token_endpoint_auth_method: "none",
        redirect_uris: [pageUrl],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    claims: { openid: ["sub"], profile: ["name"], email: ["email"] },
    // So that the ID token has them.
    conformIdTokenClaims: false,
    clientBasedCORS: (_context, origin) => origin === new URL(pageUrl).origin,
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, name: id, email: `${id.toLowerCase()}@example.org` }),
    }),
    cookies: { keys: ["a secret that is none"] },
  };
}
