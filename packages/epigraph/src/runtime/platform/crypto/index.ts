// What of Web Crypto is evaluated at its first use.
export { CryptoKey } from "./crypto-key.ts";
export { newSubtleCrypto, SubtleCrypto } from "./subtle-crypto.ts";
