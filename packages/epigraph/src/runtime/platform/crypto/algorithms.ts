import type { KeyParts } from "./crypto-key.ts";
import type { CurveName, HashName } from "./crypto-request.ts";

// What the operations of SubtleCrypto take as their algorithm, read and checked.

export interface HmacAlgorithm {
  readonly name: "HMAC";
  readonly hash: HashName;
  /** In bits; undefined for the usual one. */
  readonly length: number | undefined;
}

export interface AesLength {
  readonly name: AesName;
  /** In bits. */
  readonly length: number;
}

export interface OnCurve {
  readonly name: "ECDSA" | "ECDH";
  readonly namedCurve: CurveName;
}

export type AesName = "AES-CBC" | "AES-CTR" | "AES-GCM";
export type RsaName = "RSASSA-PKCS1-v1_5" | "RSA-PSS" | "RSA-OAEP";

export type SignatureAlgorithm =
  | { readonly name: "HMAC" | "RSASSA-PKCS1-v1_5" }
  | { readonly name: "Ed25519" }
  | { readonly name: "RSA-PSS"; readonly saltLength: number }
  | { readonly name: "ECDSA"; readonly hash: HashName };

export type CipherAlgorithm =
  | { readonly name: "RSA-OAEP"; readonly label: Uint8Array }
  | { readonly name: "AES-CBC"; readonly iv: Uint8Array }
  | { readonly name: "AES-CTR"; readonly counter: Uint8Array; readonly length: number }
  | {
      readonly name: "AES-GCM";
      readonly iv: Uint8Array;
      readonly additionalData: Uint8Array;
      readonly tagLength: number;
    };

export type DerivationAlgorithm =
  | {
      readonly name: "PBKDF2";
      readonly hash: HashName;
      readonly iterations: number;
      readonly salt: Uint8Array;
    }
  | { readonly name: "HKDF"; readonly hash: HashName; readonly info: Uint8Array; readonly salt: Uint8Array }
  | { readonly name: "ECDH" | "X25519"; readonly public: KeyParts };

/** What a secret can be made of: bytes that were derived, or imported. */
export type DerivedAlgorithm = HmacAlgorithm | AesLength | { readonly name: "PBKDF2" | "HKDF" };

export type PairAlgorithm =
  | {
      readonly name: RsaName;
      readonly hash: HashName;
      readonly modulusLength: number;
      readonly publicExponent: Uint8Array;
    }
  | OnCurve
  | { readonly name: "Ed25519" | "X25519" };

export type ImportedPairAlgorithm =
  | { readonly name: RsaName; readonly hash: HashName }
  | OnCurve
  | { readonly name: "Ed25519" | "X25519" };

export type ImportedSecretAlgorithm = HmacAlgorithm | { readonly name: AesName | "PBKDF2" | "HKDF" };
