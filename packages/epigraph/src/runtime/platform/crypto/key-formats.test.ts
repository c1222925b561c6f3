import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { openPlatformRealm } from "../testing/platform-realm.ts";
import { inNode, inRealm, sameAsNode } from "./testing/oracle.ts";

const realm = await openPlatformRealm();
after(() => realm[Symbol.dispose]());

interface Pair {
  readonly algorithm: object;
  readonly usages: readonly (readonly string[])[];
  readonly formats: readonly string[];
}

const SIGN = [["sign"], ["verify"]];
const AGREE = [["deriveKey", "deriveBits"], []];
const RSA = { modulusLength: 1024, hash: "SHA-256" };
const PAIRS: readonly Pair[] = [
  { algorithm: { name: "RSASSA-PKCS1-v1_5", ...RSA }, usages: SIGN, formats: ["spki"] },
  { algorithm: { name: "RSA-PSS", ...RSA, hash: "SHA-1" }, usages: SIGN, formats: ["spki"] },
  {
    algorithm: { name: "RSA-OAEP", ...RSA, hash: "SHA-512" },
    usages: [["decrypt"], ["encrypt"]],
    formats: ["spki"],
  },
  ...["P-256", "P-384", "P-521"].flatMap((namedCurve) => [
    { algorithm: { name: "ECDSA", namedCurve }, usages: SIGN, formats: ["spki", "raw"] },
    { algorithm: { name: "ECDH", namedCurve }, usages: AGREE, formats: ["spki", "raw"] },
  ]),
  { algorithm: { name: "Ed25519" }, usages: SIGN, formats: ["spki", "raw"] },
  { algorithm: { name: "X25519" }, usages: AGREE, formats: ["spki", "raw"] },
];

function generate({ algorithm, usages }: Pair): string {
  return `
    const algorithm = ${JSON.stringify(algorithm)};
    if (algorithm.modulusLength) algorithm.publicExponent = new Uint8Array([1, 0, 1]);
    const pair = await subtle.generateKey(algorithm, true, ${JSON.stringify(usages.flat())});`;
}

/** Both keys in all formats, as code that runs in either place. */
function exportAll({ formats }: Pair): string {
  return `
    const out = { pkcs8: hex(await subtle.exportKey("pkcs8", pair.privateKey)) };
    for (const format of ${JSON.stringify(formats)}) out[format] = hex(await subtle.exportKey(format, pair.publicKey));
    out.privateJwk = await subtle.exportKey("jwk", pair.privateKey);
    out.publicJwk = await subtle.exportKey("jwk", pair.publicKey);
    return out;`;
}

function importAll(
  { algorithm, usages: [forPrivate, forPublic] }: Pair,
  keys: Record<string, unknown>,
): string {
  return `
    const keys = ${JSON.stringify(keys)}, out = [];
    for (const [name, data] of Object.entries(keys)) {
      const format = /Jwk/.test(name) ? "jwk" : name, usages = /^p(kcs8|rivate)/.test(name) ? ${JSON.stringify(forPrivate)} : ${JSON.stringify(forPublic)};
      const key = await subtle.importKey(format, format === "jwk" ? data : bytes(data), ${JSON.stringify(algorithm)}, true, usages);
      const again = await subtle.exportKey(format, key);
      out.push([name, about(key), format === "jwk" ? again : hex(again)]);
    }
    return out;`;
}

describe("pairs of keys", () => {
  for (const pair of PAIRS) {
    it(`of ${JSON.stringify(pair.algorithm)} go from Node into a realm and out again in every format`, async () => {
      const keys = (await inNode(generate(pair) + exportAll(pair))) as Record<string, unknown>;
      await sameAsNode(realm, importAll(pair, keys));
    });
  }

  const made = PAIRS.filter(({ algorithm }) => !("modulusLength" in algorithm));
  for (const pair of made) {
    it(`of ${JSON.stringify(pair.algorithm)} made in a realm are Node's too`, async () => {
      const keys = inRealm(realm, generate(pair) + exportAll(pair)) as Record<string, unknown>;
      await sameAsNode(realm, importAll(pair, keys));
    });
  }

  it("have halves that may be used for what each can do", () =>
    sameAsNode(
      realm,
      `const out = [];
      for (const [algorithm, usages] of [["Ed25519", ["verify", "sign"]], [{ name: "ecdh", namedCurve: "P-256" }, ["deriveBits"]], ["x25519", ["deriveKey", "deriveBits"]]]) {
        const { publicKey, privateKey } = await subtle.generateKey(algorithm, false, usages);
        out.push(about(publicKey), about(privateKey), await nameOf(() => subtle.exportKey("pkcs8", privateKey)));
      }
      return out;`,
    ));

  it("are themselves, not what app code makes of their parts", async () => {
    assert.deepEqual(
      inRealm(
        realm,
        `const { privateKey } = await subtle.generateKey("Ed25519", false, ["sign"]);
        privateKey.usages.push("verify"); privateKey.algorithm.name = "HMAC";
        Object.defineProperty(privateKey, "extractable", { value: true });
        return [
          (await subtle.sign("Ed25519", privateKey, utf8("x"))).byteLength, await nameOf(() => subtle.exportKey("pkcs8", privateKey)),
          privateKey.usages, privateKey.algorithm === privateKey.algorithm, Object.prototype.toString.call(privateKey), structuredClone([1])[0],
          await nameOf(() => subtle.exportKey("pkcs8", Object.create(privateKey))), await nameOf(() => subtle.exportKey("pkcs8", new Proxy(privateKey, {}))),
        ];`,
      ),
      [64, "InvalidAccessError", ["sign", "verify"], true, "[object CryptoKey]", 1, "TypeError", "TypeError"],
    );
  });
});

describe("secrets", () => {
  const SECRETS = [
    [{ name: "HMAC", hash: "SHA-256" }, 32],
    [{ name: "HMAC", hash: { name: "sha-1" } }, 5],
    [{ name: "HMAC", hash: "SHA-512", length: 13 }, 2],
    [{ name: "AES-CBC" }, 16],
    [{ name: "aes-ctr" }, 24],
    [{ name: "AES-GCM" }, 32],
  ] as const;
  for (const [algorithm, length] of SECRETS) {
    it(`${JSON.stringify(algorithm)} go in and out as bytes and as JWK`, () =>
      sameAsNode(
        realm,
        `const algorithm = ${JSON.stringify(algorithm)}, usages = algorithm.hash ? ["verify", "sign"] : ["decrypt", "encrypt"];
        const key = await subtle.importKey("raw", count(${length}, 200), algorithm, true, usages);
        const jwk = await subtle.exportKey("jwk", key);
        const again = await subtle.importKey("jwk", jwk, algorithm, false, usages.slice(1));
        return [about(key), hex(await subtle.exportKey("raw", key)), jwk, about(again)];`,
      ));
  }

  it("are made as long as was asked for", () =>
    sameAsNode(
      realm,
      `const out = [];
      for (const algorithm of [{ name: "HMAC", hash: "SHA-1" }, { name: "HMAC", hash: "SHA-384" }, { name: "HMAC", hash: "SHA-256", length: 20 }, { name: "AES-GCM", length: 192 }]) {
        const key = await subtle.generateKey(algorithm, true, algorithm.hash ? ["sign"] : ["decrypt"]);
        out.push(about(key), (await subtle.exportKey("raw", key)).byteLength);
      }
      return out;`,
    ));
});

describe("what is no key is refused as in Node", () => {
  it("by format, usage and extractability", () =>
    sameAsNode(
      realm,
      `const raw = count(16), P256 = { name: "ECDSA", namedCurve: "P-256" }, H = { name: "HMAC", hash: "SHA-1" };
      const out = [];
      for (const args of [
        ["raw", raw, "PBKDF2", true, ["deriveBits"]], ["raw", raw, "HKDF", false, []], ["jwk", { kty: "oct", k: "AA" }, "PBKDF2", false, ["deriveBits"]],
        ["raw", raw, "PBKDF2", false, ["sign"]], ["raw", raw, H, true, []], ["raw", raw, H, true, ["encrypt"]], ["raw", raw, H, true, ["nothing"]],
        ["raw", new Uint8Array(0), H, true, ["sign"]], ["raw", raw, { ...H, length: 200 }, true, ["sign"]], ["raw", raw, { ...H, length: 100 }, true, ["sign"]],
        ["raw", count(15), "AES-CBC", true, ["encrypt"]], ["spki", raw, "AES-CBC", true, ["encrypt"]], ["raw", raw, P256, true, ["sign"]],
        ["raw", raw, P256, true, ["verify"]], ["pkcs8", raw, P256, true, ["sign"]], ["pkcs8", raw, P256, true, []], ["spki", raw, { name: "RSA-PSS", hash: "SHA-1" }, true, ["verify"]],
        ["raw", raw, { name: "RSA-PSS", hash: "SHA-1" }, true, ["verify"]], ["raw", raw, "Ed25519", true, ["verify"]], ["raw", raw, { name: "ECDSA", namedCurve: "P-257" }, true, ["verify"]],
        ["raw", raw, { name: "ECDSA" }, true, ["verify"]], ["raw", raw, { name: "HMAC" }, true, ["sign"]], ["raw", raw, { name: "HMAC", hash: "MD5" }, true, ["sign"]],
        ["odd", raw, H, true, ["sign"]], ["raw", "text", H, true, ["sign"]], ["raw", { kty: "oct" }, H, true, ["sign"]],
        ["raw", raw, {}, true, ["sign"]], ["raw", raw, "AES-XYZ", true, ["encrypt"]], ["raw", raw, H, true, "sign"], ["raw", raw, H, true, null],
        ["raw", new SharedArrayBuffer(4), H, true, ["sign"]],
      ]) out.push([args[0], args[2], args[4], await nameOf(() => subtle.importKey(...args))]);
      return out;`,
    ));

  it("by what a JWK says of itself", () =>
    sameAsNode(
      realm,
      `const H = { name: "HMAC", hash: "SHA-256" }, E = { name: "ECDSA", namedCurve: "P-256" }, out = [];
      const oct = { kty: "oct", k: "AAECAw", alg: "HS256", use: "sig", key_ops: ["sign", "verify"], ext: true };
      const ed = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" };
      const ec = { kty: "EC", crv: "P-256", x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM", d: "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE" };
      const tries = [
        [oct, H], [{ ...oct, kty: "RSA" }, H], [{ ...oct, alg: "HS512" }, H], [{ ...oct, use: "enc" }, H], [{ ...oct, key_ops: ["verify"] }, H],
        [{ ...oct, ext: false }, H], [{ ...oct, k: undefined }, H], [{ ...oct, k: "" }, H], [{ kty: "oct", k: "AAECAw" }, H], [{ ...oct, key_ops: ["sign", "sign"] }, H],
        [ed, "Ed25519"], [{ ...ed, alg: "EdDSA" }, "Ed25519"], [{ ...ed, crv: "X25519" }, "Ed25519"], [{ ...ed, alg: "ES256" }, "Ed25519"], [{ ...ed, x: "AAAA" }, "Ed25519"],
        [{ ...ed, x: ec.x }, "Ed25519"], [{ ...ed, d: undefined }, "Ed25519"],
        [ec, E], [{ ...ec, alg: "ES256" }, E], [{ ...ec, alg: "ES384" }, E], [{ ...ec, crv: "P-384" }, E], [{ ...ec, y: ec.x }, E], [{ ...ec, y: undefined }, E], [{ ...ec, d: ec.x }, E],
        [{ kty: "RSA", n: "AQAB", e: "AQAB" }, { name: "RSA-PSS", hash: "SHA-1" }], [{ kty: "RSA", e: "AQAB" }, { name: "RSA-PSS", hash: "SHA-1" }],
        [{}, H], [null, H],
      ];
      for (const [jwk, algorithm] of tries) out.push([jwk, await nameOf(() => subtle.importKey("jwk", jwk, algorithm, true, ["sign"]))]);
      return out;`,
    ));

  it("by what exists when one is made", () =>
    sameAsNode(
      realm,
      `const out = [], RSA = { name: "RSA-PSS", modulusLength: 1024, hash: "SHA-1", publicExponent: new Uint8Array([1, 0, 1]) };
      for (const args of [
        ["Ed25519", true, []], ["Ed25519", true, ["verify"]], ["Ed25519", true, ["encrypt"]], ["Ed25519", true, ["odd"]], ["RSA-PSS", true, ["sign"]],
        [{ ...RSA, publicExponent: new Uint8Array([1, 0, 0, 0, 0, 1]) }, true, ["sign"]], [{ ...RSA, hash: "MD5" }, true, ["sign"]], [{ ...RSA, modulusLength: 2 ** 33 }, true, ["sign"]],
        [{ name: "ECDH", namedCurve: "secp256k1" }, true, ["deriveBits"]], [{ name: "HMAC", hash: "SHA-1", length: 0 }, true, ["sign"]], [{ name: "AES-CBC", length: 100 }, true, ["encrypt"]],
        [{ name: "AES-CBC" }, true, ["encrypt"]], ["PBKDF2", true, ["deriveBits"]], ["AES-XYZ", true, ["encrypt"]], [null, true, ["sign"]],
      ]) out.push([args[2], await nameOf(() => subtle.generateKey(...args))]);
      return out;`,
    ));

  it("by who may export it, and how", () =>
    sameAsNode(
      realm,
      `const { publicKey, privateKey } = await subtle.generateKey("Ed25519", true, ["sign", "verify"]);
      const secret = await subtle.importKey("raw", count(16), "AES-CBC", false, ["encrypt"]), base = await subtle.importKey("raw", count(16), "HKDF", false, ["deriveBits"]);
      const out = [];
      for (const [format, key] of [["pkcs8", publicKey], ["spki", privateKey], ["odd", privateKey], ["raw", secret], ["jwk", secret], ["raw", {}], ["raw", base]])
        out.push(await nameOf(() => subtle.exportKey(format, key)));
      return out;`,
    ));

  it("by the standard, where Node has other names", () =>
    assert.deepEqual(
      inRealm(
        realm,
        `const { privateKey } = await subtle.generateKey("Ed25519", true, ["sign"]);
        return [await nameOf(() => subtle.importKey("jwk", count(16), "AES-CBC", true, ["encrypt"])), await nameOf(() => subtle.exportKey("raw", privateKey))];`,
      ),
      ["TypeError", "InvalidAccessError"],
    ));
});
