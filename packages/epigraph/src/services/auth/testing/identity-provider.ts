import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import jwt, { type Algorithm } from "jsonwebtoken";
import type { AuthProvider } from "../auth-provider.ts";

/** A pair of keys, with the name that tokens call it by. */
export interface SigningKey {
  readonly kid: string;
  readonly algorithm: "RS256" | "ES256" | "EdDSA";
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function makeKey(kid: string, algorithm: SigningKey["algorithm"] = "RS256"): SigningKey {
  return { kid, algorithm, ...generatePair(algorithm) };
}

function generatePair(algorithm: SigningKey["algorithm"]): { publicKey: KeyObject; privateKey: KeyObject } {
  switch (algorithm) {
    case "RS256":
      return generateKeyPairSync("rsa", { modulusLength: 2048 });
    case "ES256":
      return generateKeyPairSync("ec", { namedCurve: "P-256" });
    case "EdDSA":
      return generateKeyPairSync("ed25519");
  }
}

/** The public half, as providers publish it. */
export function toJwk({ kid, algorithm, publicKey }: SigningKey): object {
  return { ...publicKey.export({ format: "jwk" }), kid, alg: algorithm, use: "sig" };
}

/** What a test has the provider answer instead of what is right. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Never answers. */
  readonly hangs?: boolean;
}

const METADATA = "/.well-known/openid-configuration";
const JWKS = "/keys";

/** An identity provider on a free port of this machine: what it publishes, and how often it was asked. */
export class IdentityProvider implements AsyncDisposable {
  readonly #server: Server;
  /** Keys that it publishes; the first one signs. */
  keys: readonly SigningKey[];
  /** As its metadata have it; the URL that it answers at unless told. */
  namedIssuer: string;
  readonly answers: { metadata: Answer; jwks: Answer } = { metadata: {}, jwks: {} };
  readonly requests: string[] = [];

  private constructor(server: Server, keys: readonly SigningKey[]) {
    this.#server = server;
    this.keys = keys;
    this.namedIssuer = this.issuer;
  }

  static async start(keys: readonly SigningKey[]): Promise<IdentityProvider> {
    const server = createServer((request, response) => {
      provider.requests.push(request.url as string);
      const isMetadata = request.url === METADATA;
      const { status = 200, headers, body, hangs } = provider.answers[isMetadata ? "metadata" : "jwks"];
      if (hangs === true) return;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(body ?? JSON.stringify(isMetadata ? provider.#metadata() : provider.jwks()));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const provider = new IdentityProvider(server, keys);
    return provider;
  }

  /** Without a slash at the end. */
  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get jwksUrl(): string {
    return this.issuer + JWKS;
  }

  jwks(): object {
    return { keys: this.keys.map(toJwk) };
  }

  /** The entry of an auth config that trusts it by discovery. */
  oidc(applicationID = "app"): AuthProvider {
    return { domain: this.issuer, applicationID };
  }

  /** The one that trusts it by its keys alone. */
  customJwt(algorithm: "RS256" | "ES256" = "RS256", applicationID: string | null = null): AuthProvider {
    return { type: "customJwt", issuer: this.issuer, jwks: this.jwksUrl, algorithm, applicationID };
  }

  #metadata(): object {
    return { issuer: this.namedIssuer, jwks_uri: this.jwksUrl };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A token that another library makes, signed by a key of RSA or of a curve. */
export function sign(claims: object, key: SigningKey, header: object = {}): string {
  return jwt.sign(claims, key.privateKey, {
    algorithm: key.algorithm as Algorithm,
    // It would take out one that is there, too.
    noTimestamp: !("iat" in claims),
    header: { alg: key.algorithm, kid: key.kid, ...header } as never,
  });
}
