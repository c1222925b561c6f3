import { makeKey, sign, toJwk } from "../../src/services/auth/testing/identity-provider.ts";

const ISSUER = "https://custom.example";

/** A provider of tokens that an app can trust without asking anybody: its keys are in the app's auth config. */
export class CustomJwt {
  readonly #key = makeKey("custom", "ES256");

  /** Text of `convex/auth.config.ts`. */
  get authConfig(): string {
    const jwks = Buffer.from(JSON.stringify({ keys: [toJwk(this.#key)] })).toString("base64");
    return `export default { providers: [
  { type: "customJwt", issuer: "${ISSUER}", jwks: "data:text/plain;charset=utf-8;base64,${jwks}", algorithm: "ES256" },
] };\n`;
  }

  /** @param lifeMs rounded up to seconds. */
  token(subject: string, lifeMs = 3_600_000): string {
    const iat = Math.floor(Date.now() / 1000);
    return sign({ iss: ISSUER, sub: subject, iat, exp: iat + Math.ceil(lifeMs / 1000) }, this.#key);
  }
}
