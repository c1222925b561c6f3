/** What needs the library for signatures, in one piece: it is loaded with the first token that needs it. */
export { KeyCache } from "./key-cache.ts";
export { discoverKeys, fetchKeys } from "./load-keys.ts";
export { verifyCustomJwt } from "./verify-custom-jwt.ts";
export { verifyOidc } from "./verify-oidc.ts";
