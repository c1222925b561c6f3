import type {
  CipherAlgorithm,
  DerivationAlgorithm,
  DerivedAlgorithm,
  HmacAlgorithm,
  ImportedPairAlgorithm,
  ImportedSecretAlgorithm,
  PairAlgorithm,
  SignatureAlgorithm,
} from "./algorithms.ts";
import { partsOf } from "./crypto-key.ts";
import type { CurveName, HashName } from "./crypto-request.ts";
import { notSupported } from "./failures.ts";
import { bytesOf, integerOf, type Members, optionalBytes, optionalInteger, required } from "./members.ts";

/** The algorithms of one operation, each with what reads its parameters. */
type Table<A extends { readonly name: string }> = {
  readonly [N in A["name"]]: (members: Members, name: N) => A;
};

const DIGESTS: Table<{ readonly name: HashName }> = {
  "SHA-1": bare,
  "SHA-256": bare,
  "SHA-384": bare,
  "SHA-512": bare,
};

const SIGNATURES: Table<SignatureAlgorithm> = {
  HMAC: bare,
  "RSASSA-PKCS1-v1_5": bare,
  "RSA-PSS": (members, name) => ({ name, saltLength: integerOf(members, "saltLength", 32) }),
  ECDSA: hashed,
  Ed25519: bare,
};

const CIPHERS: Table<CipherAlgorithm> = {
  "RSA-OAEP": (members, name) => ({ name, label: optionalBytes(members, "label") }),
  "AES-CBC": (members, name) => ({ name, iv: bytesOf(members, "iv") }),
  "AES-CTR": (members, name) => ({
    name,
    counter: bytesOf(members, "counter"),
    length: integerOf(members, "length", 8),
  }),
  "AES-GCM": (members, name) => ({
    name,
    additionalData: optionalBytes(members, "additionalData"),
    iv: bytesOf(members, "iv"),
    tagLength: optionalInteger(members, "tagLength", 8) ?? 128,
  }),
};

const DERIVATIONS: Table<DerivationAlgorithm> = {
  PBKDF2: (members, name) => ({
    ...hashed(members, name),
    iterations: integerOf(members, "iterations", 32),
    salt: bytesOf(members, "salt"),
  }),
  HKDF: (members, name) => ({
    ...hashed(members, name),
    info: bytesOf(members, "info"),
    salt: bytesOf(members, "salt"),
  }),
  ECDH: withPublicKey,
  X25519: withPublicKey,
};

const DERIVED: Table<DerivedAlgorithm> = {
  HMAC: hmac,
  "AES-CBC": withLength,
  "AES-CTR": withLength,
  "AES-GCM": withLength,
  PBKDF2: bare,
  HKDF: bare,
};

const GENERATED: Table<PairAlgorithm | Exclude<DerivedAlgorithm, { readonly name: "PBKDF2" | "HKDF" }>> = {
  HMAC: hmac,
  "AES-CBC": withLength,
  "AES-CTR": withLength,
  "AES-GCM": withLength,
  "RSASSA-PKCS1-v1_5": rsaGeneration,
  "RSA-PSS": rsaGeneration,
  "RSA-OAEP": rsaGeneration,
  ECDSA: onCurve,
  ECDH: onCurve,
  Ed25519: bare,
  X25519: bare,
};

const IMPORTED: Table<ImportedPairAlgorithm | ImportedSecretAlgorithm> = {
  HMAC: hmac,
  "AES-CBC": bare,
  "AES-CTR": bare,
  "AES-GCM": bare,
  PBKDF2: bare,
  HKDF: bare,
  "RSASSA-PKCS1-v1_5": hashed,
  "RSA-PSS": hashed,
  "RSA-OAEP": hashed,
  ECDSA: onCurve,
  ECDH: onCurve,
  Ed25519: bare,
  X25519: bare,
};

export type GeneratedAlgorithm = ReturnType<(typeof GENERATED)[keyof typeof GENERATED]>;
export type ImportedAlgorithm = ImportedPairAlgorithm | ImportedSecretAlgorithm;

// Each reads what its operation of SubtleCrypto takes ("normalize an algorithm" in the standard), once.
// They throw DOMException NotSupportedError for another algorithm, TypeError for parameters that are none.

export function readDigest(algorithm: unknown): HashName {
  return read(DIGESTS, algorithm).name;
}

export function readSignature(algorithm: unknown): SignatureAlgorithm {
  return read(SIGNATURES, algorithm);
}

export function readCipher(algorithm: unknown): CipherAlgorithm {
  return read(CIPHERS, algorithm);
}

export function readDerivation(algorithm: unknown): DerivationAlgorithm {
  return read(DERIVATIONS, algorithm);
}

export function readDerived(algorithm: unknown): DerivedAlgorithm {
  return read(DERIVED, algorithm);
}

export function readGenerated(algorithm: unknown): GeneratedAlgorithm {
  return read(GENERATED, algorithm);
}

export function readImported(algorithm: unknown): ImportedAlgorithm {
  return read(IMPORTED, algorithm);
}

function read<A extends { readonly name: string }>(table: Table<A>, algorithm: unknown): A {
  const members = (
    typeof algorithm === "object" && algorithm !== null ? algorithm : { name: algorithm }
  ) as Members;
  const given = String(required(members, "name"));
  const upper = given.toUpperCase();
  for (const name of Object.keys(table) as A["name"][]) {
    if (name.toUpperCase() === upper) return table[name](members, name);
  }
  throw notSupported(`Unrecognized or invalid algorithm ${given}`);
}

/** An algorithm of which nothing but its name matters. */
function bare<N extends string>(_members: Members, name: N): { readonly name: N } {
  return { name };
}

function hashed<N extends string>(members: Members, name: N): { readonly name: N; readonly hash: HashName } {
  return { name, hash: readDigest(required(members, "hash")) };
}

function hmac(members: Members, name: "HMAC"): HmacAlgorithm {
  return { ...hashed(members, name), length: optionalInteger(members, "length", 32) };
}

function withLength<N extends string>(
  members: Members,
  name: N,
): { readonly name: N; readonly length: number } {
  return { name, length: integerOf(members, "length", 16) };
}

function withPublicKey<N extends string>(
  members: Members,
  name: N,
): { readonly name: N; readonly public: ReturnType<typeof partsOf> } {
  return { name, public: partsOf(required(members, "public"), "public") };
}

function rsaGeneration<N extends string>(
  members: Members,
  name: N,
): {
  readonly name: N;
  readonly hash: HashName;
  readonly modulusLength: number;
  readonly publicExponent: Uint8Array;
} {
  return {
    ...hashed(members, name),
    modulusLength: integerOf(members, "modulusLength", 32),
    publicExponent: bytesOf(members, "publicExponent"),
  };
}

function onCurve<N extends string>(
  members: Members,
  name: N,
): { readonly name: N; readonly namedCurve: CurveName } {
  const curve = String(required(members, "namedCurve"));
  if (curve === "P-256" || curve === "P-384" || curve === "P-521") return { name, namedCurve: curve };
  throw notSupported(`Unrecognized or invalid curve ${curve}`);
}
