import { ABI_VERSION } from "./abi-version.ts";
import { callHostAsync } from "./syscall.ts";
import type { JSONValue } from "./value-types.ts";

/** The default export of `auth.config.ts`. */
export type AuthConfig = { providers: AuthProvider[] };

/** An OpenID Connect provider, or any issuer of signed tokens. */
export type AuthProvider =
  | { applicationID: string; domain: string }
  | {
      type: "customJwt";
      applicationID?: string;
      issuer: string;
      jwks: string;
      algorithm: "RS256" | "ES256";
    };

/** The claims of the caller's token. */
export interface UserIdentity {
  /** `issuer` and `subject`, joined: unique over all providers. */
  readonly tokenIdentifier: string;
  readonly subject: string;
  readonly issuer: string;
  readonly name?: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly nickname?: string;
  readonly preferredUsername?: string;
  readonly profileUrl?: string;
  readonly pictureUrl?: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly gender?: string;
  readonly birthday?: string;
  readonly timezone?: string;
  readonly language?: string;
  readonly phoneNumber?: string;
  readonly phoneNumberVerified?: boolean;
  readonly address?: string;
  readonly updatedAt?: string;
  /** Custom claims under their own names. */
  [key: string]: JSONValue | undefined;
}

export type UserIdentityAttributes = Omit<UserIdentity, "tokenIdentifier">;

export interface Auth {
  /**
   * The caller's identity, null for callers without a token.
   * Rejects in an HTTP action whose `Authorization` header holds a token that is not valid.
   */
  getUserIdentity(): Promise<UserIdentity | null>;
}

export interface MutationAuth extends Auth {
  /** A token that the deployment signs, to be checked with its public keys. */
  signJwt(options: SignJwtOptions): Promise<string>;
}

export type ReservedJwtClaim = "iss" | "iat" | "exp" | "nbf";
type AnyCase<S extends string> = S extends `${infer First}${infer Rest}`
  ? `${Lowercase<First> | Uppercase<First>}${AnyCase<Rest>}`
  : S;
export type ReservedJwtClaimPrefix = AnyCase<"convex" | "cvx">;
type ReservedPrefixJwtClaims = { [K: `${ReservedJwtClaimPrefix}${string}`]: never };
export type SignJwtClaims = Record<string, JSONValue> & {
  [K in ReservedJwtClaim]?: never;
} & ReservedPrefixJwtClaims;
export type SignJwtOptions = { claims?: SignJwtClaims; expiresInSeconds: number };

/** `ctx.auth`, but for mutations. */
export function makeAuth(requestId: string): Auth {
  return { getUserIdentity: () => callHostAsync("1.0/getUserIdentity", { requestId }) };
}

/** `ctx.auth` of mutations. */
export function makeMutationAuth(requestId: string): MutationAuth {
  return {
    ...makeAuth(requestId),
    signJwt: (options) => callHostAsync("1.0/signJwt", { requestId, version: ABI_VERSION, ...options }),
  };
}
