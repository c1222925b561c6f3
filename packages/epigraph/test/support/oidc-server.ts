import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type Configuration, Provider } from "oidc-provider";
import { type SigningKey, toJwk } from "../../src/services/auth/testing/identity-provider.ts";

/** Whom the tokens of sign-ins are for. */
export const CLIENT_ID = "app";
/** The one whose ID tokens are signed by EdDSA. */
export const EDWARDS_CLIENT_ID = "app-edwards";
/** An API whose access tokens are JSON Web Tokens. */
export const API_RESOURCE = "https://api.example";

const REDIRECT_URI = "https://app.example/signed-in";
const MAX_REDIRECTS = 10;

export interface Tokens {
  readonly id_token: string;
  readonly access_token: string;
}

/** A real OpenID Connect server on a free port of this machine, on which anybody can sign in. */
export class OidcServer implements AsyncDisposable {
  readonly issuer: string;
  readonly #close: () => Promise<void>;
  #listen: RequestListener = () => {};

  private constructor(issuer: string, close: () => Promise<void>) {
    this.issuer = issuer;
    this.#close = close;
  }

  static async start(keys: readonly SigningKey[]): Promise<OidcServer> {
    const server = createServer((request, response) => void oidc.#listen(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const oidc = new OidcServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    oidc.rotate(keys);
    return oidc;
  }

  /** Signs with other keys from now on, and publishes no others. */
  rotate(keys: readonly SigningKey[]): void {
    const provider = new Provider(this.issuer, configuration(keys));
    this.#listen = provider.callback();
  }

  /** What a browser does in which somebody signs in. */
  async signIn(name: string, clientId: string = CLIENT_ID): Promise<Tokens> {
    const browser = new Browser();
    const query = new URLSearchParams({
      client_id: clientId,
      response_type: "code",
      redirect_uri: REDIRECT_URI,
      scope: "openid profile email",
      ...(clientId === CLIENT_ID ? { resource: API_RESOURCE } : {}),
    });
    let page = await browser.open(`${this.issuer}/auth?${query}`);
    page = await browser.submit(page, { prompt: "login", login: name, password: "any" });
    page = await browser.submit(page, { prompt: "consent" });
    const code = new URL(page).searchParams.get("code");
    if (code === null) throw new Error(`The sign-in ended at ${page}`);
    const response = await fetch(`${this.issuer}/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: clientId,
        code,
        redirect_uri: REDIRECT_URI,
        ...(clientId === CLIENT_ID ? { resource: API_RESOURCE } : {}),
      }),
    });
    if (response.status !== 200) throw new Error(await response.text());
    return (await response.json()) as Tokens;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

/** Follows redirects with cookies, as far as the app's own page. */
class Browser {
  readonly #cookies = new Map<string, string>();

  open(url: string): Promise<string> {
    return this.#follow(url, {});
  }

  submit(url: string, fields: Readonly<Record<string, string>>): Promise<string> {
    return this.#follow(url, { method: "POST", body: new URLSearchParams(fields) });
  }

  async #follow(url: string, options: RequestInit): Promise<string> {
    let [current, request] = [url, options];
    for (let i = 0; i < MAX_REDIRECTS; i++) {
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await fetch(current, { ...request, redirect: "manual", headers: { cookie } });
      for (const line of response.headers.getSetCookie()) {
        const [pair = ""] = line.split(";");
        const equals = pair.indexOf("=");
        this.#cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
      }
      const location = response.headers.get("location");
      if (location === null) {
        if (response.status !== 200)
          throw new Error(`${current}: ${response.status} ${await response.text()}`);
        return current;
      }
      current = new URL(location, current).href;
      if (current.startsWith(REDIRECT_URI)) return current;
      request = {};
    }
    throw new Error(`${url} redirects for ever`);
  }
}

function configuration(keys: readonly SigningKey[]): Configuration {
  const client = {
    token_endpoint_auth_method: "none",
    redirect_uris: [REDIRECT_URI],
    grant_types: ["authorization_code"],
    response_types: ["code"],
  } as const;
  return {
    clients: [
      { ...client, client_id: CLIENT_ID, id_token_signed_response_alg: "RS256" },
      { ...client, client_id: EDWARDS_CLIENT_ID, id_token_signed_response_alg: "EdDSA" },
    ],
    jwks: {
      keys: keys.map((key) => ({ ...toJwk(key), ...key.privateKey.export({ format: "jwk" }) })) as never,
    },
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "EdDSA"] },
    pkce: { required: () => false },
    claims: {
      openid: ["sub"],
      profile: ["name", "given_name", "updated_at"],
      email: ["email", "email_verified"],
    },
    // Into the ID token itself, as most providers do.
    conformIdTokenClaims: false,
    features: {
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: "read",
          audience: API_RESOURCE,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
        useGrantedResource: () => true,
      },
    },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: `${id} Lovelace`,
        given_name: id,
        email: `${id}@example.org`,
        email_verified: true,
        updated_at: 1_700_000_000,
      }),
    }),
    cookies: { keys: ["a secret of the tests"] },
  };
}
