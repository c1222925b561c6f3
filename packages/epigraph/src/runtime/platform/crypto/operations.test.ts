import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { openPlatformRealm } from "../testing/platform-realm.ts";
import { inNode, inRealm, sameAsNode } from "./testing/oracle.ts";

const realm = await openPlatformRealm();
after(() => realm[Symbol.dispose]());

/** Keys of Node's making that both sides import: an algorithm's, as it is imported and as it is used. */
const KEYS = (await inNode(`
  const jwks = {};
  for (const [name, algorithm, usages] of [
    ["rsa", { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, hash: "SHA-256", publicExponent: new Uint8Array([1, 0, 1]) }, ["sign"]],
    ["P-256", { name: "ECDSA", namedCurve: "P-256" }, ["sign"]], ["P-384", { name: "ECDSA", namedCurve: "P-384" }, ["sign"]], ["P-521", { name: "ECDSA", namedCurve: "P-521" }, ["sign"]],
    ["Ed25519", "Ed25519", ["sign"]], ["X25519", "X25519", ["deriveBits"]],
  ]) {
    const { alg, key_ops, ...jwk } = await subtle.exportKey("jwk", (await subtle.generateKey(algorithm, true, usages)).privateKey);
    jwks[name] = jwk;
  }
  return jwks;`)) as Record<string, Record<string, string>>;

/** Code that imports a pair. */
function pair(
  name: string,
  algorithm: object | string,
  [forPrivate, forPublic]: readonly string[][],
): string {
  const { kty, crv, n, e, x, y } = KEYS[name]!;
  return `
    const privateKey = await subtle.importKey("jwk", ${JSON.stringify(KEYS[name])}, ${JSON.stringify(algorithm)}, true, ${JSON.stringify(forPrivate)});
    const publicKey = await subtle.importKey("jwk", ${JSON.stringify({ kty, crv, n, e, x, y })}, ${JSON.stringify(algorithm)}, true, ${JSON.stringify(forPublic)});`;
}

const HASHES = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"];

it("digests are Node's", () =>
  sameAsNode(
    realm,
    `const out = [];
    for (const name of ${JSON.stringify(HASHES)}) for (const data of [new Uint8Array(0), count(200), count(9).buffer, new DataView(count(30).buffer, 3, 20), new Uint16Array([1, 2])])
      out.push(hex(await subtle.digest(name, data)));
    return out;`,
  ));

describe("signatures", () => {
  const SCHEMES: readonly (readonly [key: string, imported: object | string, used: object | string])[] = [
    ...HASHES.flatMap((hash) => [
      ["rsa", { name: "RSASSA-PKCS1-v1_5", hash }, "RSASSA-PKCS1-v1_5"] as const,
      ["rsa", { name: "RSA-PSS", hash }, { name: "RSA-PSS", saltLength: 20 }] as const,
      ["P-256", { name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash }] as const,
    ]),
    ["rsa", { name: "RSA-PSS", hash: "SHA-256" }, { name: "RSA-PSS", saltLength: 0 }],
    ["P-384", { name: "ECDSA", namedCurve: "P-384" }, { name: "ECDSA", hash: "SHA-384" }],
    ["P-521", { name: "ECDSA", namedCurve: "P-521" }, { name: "ECDSA", hash: "SHA-512" }],
    ["Ed25519", "Ed25519", "ed25519"],
  ];
  for (const [key, imported, used] of SCHEMES) {
    it(`${JSON.stringify([imported, used])} made on either side hold on the other`, async () => {
      const keys = pair(key, imported, [["sign"], ["verify"]]);
      const sign = `${keys} return hex(await subtle.sign(${JSON.stringify(used)}, privateKey, count(100)));`;
      const verify = (signature: unknown): string => `${keys}
        const signature = bytes("${String(signature)}"), check = (s, data) => subtle.verify(${JSON.stringify(used)}, publicKey, s, data), broken = signature.slice();
        broken[3] ^= 1;
        return [await check(signature, count(100)), await check(signature, count(99)), await check(broken, count(100)), await check(signature.slice(1), count(100)), await check(new Uint8Array(0), count(100))];`;
      const [here, there] = [inRealm(realm, sign), await inNode(sign)];
      const expected = [true, false, false, false, false];
      assert.deepEqual(await inNode(verify(here)), expected);
      assert.deepEqual(inRealm(realm, verify(there)), expected);
    });
  }

  it("of HMAC, RSASSA-PKCS1-v1_5 and Ed25519 are the same on both sides", async () => {
    await sameAsNode(
      realm,
      `const out = [];
      for (const hash of ${JSON.stringify(HASHES)}) {
        const key = await subtle.importKey("raw", count(70), { name: "HMAC", hash }, false, ["sign", "verify"]);
        const signature = await subtle.sign("HMAC", key, count(50));
        out.push(hex(signature), await subtle.verify("hmac", key, signature, count(50)), await subtle.verify("HMAC", key, signature, count(51)), await subtle.verify("HMAC", key, signature.slice(1), count(50)));
      }
      return out;`,
    );
    for (const [key, algorithm] of [
      ["rsa", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512" }],
      ["Ed25519", { name: "Ed25519" }],
    ] as const) {
      await sameAsNode(
        realm,
        `${pair(key, algorithm, [["sign"], ["verify"]])} return hex(await subtle.sign("${algorithm.name}", privateKey, count(33)))`,
      );
    }
  });

  it("are refused with a wrong key, usage or parameter as in Node", () =>
    sameAsNode(
      realm,
      `${pair("rsa", { name: "RSA-PSS", hash: "SHA-1" }, [["sign"], ["verify"]])}
      const out = [], D = count(3), hmac = await subtle.importKey("raw", D, { name: "HMAC", hash: "SHA-1" }, true, ["verify"]);
      for (const args of [
        ["HMAC", hmac, D], ["HMAC", privateKey, D], ["RSA-PSS", privateKey, D], [{ name: "RSA-PSS", saltLength: -1 }, privateKey, D], [{ name: "RSA-PSS", saltLength: "x" }, privateKey, D],
        [{ name: "RSA-PSS", saltLength: 5000 }, privateKey, D], [{ name: "RSA-PSS", saltLength: 20 }, publicKey, D], [{ name: "RSA-PSS", saltLength: 20 }, {}, D], ["odd", privateKey, D],
        [{ name: "RSA-PSS", saltLength: 20 }, privateKey, "text"], ["SHA-1", privateKey, D], ["AES-CBC", privateKey, D],
      ]) out.push(await nameOf(() => subtle.sign(...args)));
      out.push(await nameOf(() => subtle.verify({ name: "RSA-PSS", saltLength: 20 }, privateKey, D, D)), await nameOf(() => subtle.sign()));
      return out;`,
    ));
});

describe("ciphers", () => {
  for (const length of [16, 24, 32]) {
    it(`AES with ${length * 8} bits is Node's, in all its modes`, () =>
      sameAsNode(
        realm,
        `const out = [];
        for (const how of [
          { name: "AES-CBC", iv: count(16) }, { name: "AES-CTR", counter: count(16), length: 64 }, { name: "AES-CTR", counter: bytes("ff".repeat(16)), length: 128 },
          { name: "AES-CTR", counter: bytes("aa".repeat(12) + "fffffffe"), length: 32 }, { name: "AES-CTR", counter: bytes("aa".repeat(15) + "7d"), length: 5 }, { name: "AES-GCM", iv: count(12) },
          { name: "AES-GCM", iv: count(16), additionalData: count(40) }, { name: "AES-GCM", iv: count(13), tagLength: 32 }, { name: "AES-GCM", iv: count(12), tagLength: 104, additionalData: count(0) },
        ]) for (const size of [0, 1, 16, 100]) {
          const key = await subtle.importKey("raw", count(${length}, 7), how.name, false, ["encrypt", "decrypt"]);
          const secret = await subtle.encrypt(how, key, count(size));
          out.push(hex(secret), hex(await subtle.decrypt(how, key, secret)));
        }
        return out;`,
      ));
  }

  for (const [hash, label] of [...HASHES.map((hash) => [hash, ""]), ["SHA-256", "for you"]] as const) {
    it(`RSA-OAEP with ${hash} and the label "${label}" is read on the other side`, async () => {
      const how = `{ name: "RSA-OAEP", label: utf8("${label}") }`;
      const keys = pair("rsa", { name: "RSA-OAEP", hash }, [["decrypt"], ["encrypt"]]);
      const encrypt = `${keys} return hex(await subtle.encrypt(${how}, publicKey, utf8("secret")))`;
      const decrypt = (secret: unknown): string => `${keys}
        const secret = bytes("${String(secret)}");
        return [hex(await subtle.decrypt(${how}, privateKey, secret)), await nameOf(() => subtle.decrypt({ name: "RSA-OAEP", label: utf8("other") }, privateKey, secret))]`;
      const expected = [Buffer.from("secret").toString("hex"), "OperationError"];
      assert.deepEqual(await inNode(decrypt(inRealm(realm, encrypt))), expected);
      assert.deepEqual(inRealm(realm, decrypt(await inNode(encrypt))), expected);
    });
  }

  it("refuse what they can't read and what they don't have as in Node", () =>
    sameAsNode(
      realm,
      `const out = [], iv = count(16), key = async (name, usages = ["encrypt", "decrypt"]) => subtle.importKey("raw", count(16), name, false, usages);
      const [cbc, ctr, gcm, onlyEncrypts] = [await key("AES-CBC"), await key("AES-CTR"), await key("AES-GCM"), await key("AES-GCM", ["encrypt"])];
      const secret = new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv }, gcm, count(20)));
      for (const args of [
        [{ name: "AES-CBC", iv }, gcm, iv], [{ name: "AES-CBC", iv: count(12) }, cbc, iv], [{ name: "AES-CBC" }, cbc, iv], [{ name: "AES-CBC", iv: "text" }, cbc, iv],
        [{ name: "AES-CTR", counter: count(15), length: 64 }, ctr, iv], [{ name: "AES-CTR", counter: iv, length: 0 }, ctr, iv], [{ name: "AES-CTR", counter: iv, length: 129 }, ctr, iv],
        [{ name: "AES-CTR", counter: iv, length: 300 }, ctr, iv], [{ name: "AES-CTR", counter: iv, length: 1 }, ctr, count(33)], [{ name: "AES-GCM", iv, tagLength: 33 }, gcm, iv],
        [{ name: "AES-GCM", iv: count(0) }, gcm, iv], ["AES-GCM", gcm, iv], [{ name: "AES-GCM", iv }, gcm, null],
      ]) out.push(await nameOf(() => subtle.encrypt(...args)));
      for (const args of [
        [{ name: "AES-CBC", iv }, cbc, count(16)], [{ name: "AES-CBC", iv }, cbc, count(15)], [{ name: "AES-CBC", iv }, cbc, count(0)], [{ name: "AES-GCM", iv }, onlyEncrypts, secret],
        [{ name: "AES-GCM", iv }, gcm, secret.slice(1)], [{ name: "AES-GCM", iv }, gcm, count(3)], [{ name: "AES-GCM", iv, additionalData: iv }, gcm, secret], [{ name: "AES-GCM", iv }, gcm, secret],
      ]) out.push(await nameOf(() => subtle.decrypt(...args)));
      return out;`,
    ));
});

describe("derivation", () => {
  it("from passwords and secrets is Node's", () =>
    sameAsNode(
      realm,
      `const out = [];
      for (const hash of ${JSON.stringify(HASHES)}) for (const how of [{ name: "PBKDF2", hash, salt: count(16), iterations: 1000 }, { name: "HKDF", hash, salt: count(16), info: count(5) }, { name: "hkdf", hash, salt: count(0), info: count(0) }]) {
        const base = await subtle.importKey("raw", utf8("password"), how.name, false, ["deriveBits", "deriveKey"]);
        for (const length of [0, 8, 256, 1000]) out.push(hex(await subtle.deriveBits(how, base, length)));
        for (const [type, usages] of [[{ name: "AES-GCM", length: 256 }, ["encrypt"]], [{ name: "AES-CBC", length: 128 }, ["decrypt"]], [{ name: "HMAC", hash: "SHA-256" }, ["sign"]], [{ name: "HMAC", hash: "SHA-1", length: 160 }, ["verify"]]]) {
          const key = await subtle.deriveKey(how, base, type, true, usages);
          out.push(about(key), hex(await subtle.exportKey("raw", key)));
        }
      }
      return out;`,
    ));

  for (const name of ["P-256", "P-384", "P-521", "X25519"]) {
    it(`between two keys on ${name} is Node's`, async () => {
      const algorithm = name === "X25519" ? { name } : { name: "ECDH", namedCurve: name };
      const keys = pair(name, algorithm, [["deriveBits", "deriveKey"], []]);
      await sameAsNode(
        realm,
        `${keys}
        const how = { name: "${algorithm.name}", public: publicKey }, out = [];
        for (const length of [undefined, null, 0, 128, 250]) out.push(hex(await subtle.deriveBits(how, privateKey, length)));
        const aes = await subtle.deriveKey(how, privateKey, { name: "AES-GCM", length: 256 }, true, ["encrypt"]);
        const base = await subtle.deriveKey(how, privateKey, "HKDF", false, ["deriveBits"]);
        out.push(hex(await subtle.exportKey("raw", aes)), about(base), hex(await subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: count(3), info: count(3) }, base, 256)));
        return [...out, await nameOf(() => subtle.deriveBits(how, privateKey, 1000)), await nameOf(() => subtle.deriveBits({ ...how, public: privateKey }, privateKey, 8)), await nameOf(() => subtle.deriveBits({ ...how, public: {} }, privateKey, 8))];`,
      );
    });
  }

  it("refuses what can't be derived as in Node", () =>
    sameAsNode(
      realm,
      `const salt = count(8), out = [], base = async (name, usages = ["deriveBits", "deriveKey"]) => subtle.importKey("raw", salt, name, false, usages);
      const [pbkdf2, hkdf, onlyBits] = [await base("PBKDF2"), await base("HKDF"), await base("PBKDF2", ["deriveBits"])], P = { name: "PBKDF2", hash: "SHA-1", salt, iterations: 1 }, H = { name: "HKDF", hash: "SHA-1", salt, info: salt };
      for (const args of [
        [P, pbkdf2, 12], [P, pbkdf2], [P, pbkdf2, null], [{ ...P, iterations: 0 }, pbkdf2, 8], [{ ...P, iterations: -1 }, pbkdf2, 8], [{ ...P, hash: "SHA-3" }, pbkdf2, 8], [{ ...P, salt: undefined }, pbkdf2, 8],
        [P, hkdf, 8], [H, hkdf, 9], [H, hkdf], [H, hkdf, 255 * 160 + 8], ["HKDF", hkdf, 8], ["ECDH", hkdf, 8], ["AES-CBC", hkdf, 8], [P, pbkdf2, -8], [P, pbkdf2, "x"],
      ]) out.push(await nameOf(() => subtle.deriveBits(...args)));
      for (const args of [
        [P, onlyBits, { name: "AES-CBC", length: 128 }, true, ["encrypt"]], [P, pbkdf2, { name: "AES-CBC", length: 100 }, true, ["encrypt"]], [P, pbkdf2, { name: "AES-CBC", length: 128 }, true, []],
        [P, pbkdf2, { name: "AES-CBC", length: 128 }, true, ["sign"]], [P, pbkdf2, "AES-CBC", true, ["encrypt"]], [P, pbkdf2, "odd", true, ["encrypt"]],
      ]) out.push(await nameOf(() => subtle.deriveKey(...args)));
      return out;`,
    ));

  it("refuses work that nothing could stop", () => {
    const [name, message] = inRealm(
      realm,
      `const base = await subtle.importKey("raw", utf8("x"), "PBKDF2", false, ["deriveBits"]);
      return subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: utf8("y"), iterations: 600_000 }, base, 512).catch((error) => [error.name, error.message]);`,
    ) as string[];
    assert.equal(name, "OperationError");
    assert.equal(
      message,
      "PBKDF2 would take 1200000 rounds of SHA-256 here, and 1000000 are allowed: use fewer iterations, derive fewer bits, or call an action",
    );
  });
});

it("names what is not there", () =>
  assert.deepEqual(
    inRealm(
      realm,
      `const why = (promise) => promise.catch((error) => [error.name, error.message]);
      return [await why(subtle.digest("MD5", count(1))), await why(subtle.generateKey({ name: "AES-KW", length: 128 }, true, ["wrapKey"])), await why(subtle.wrapKey())];`,
    ),
    [
      ["NotSupportedError", "Unrecognized or invalid algorithm MD5"],
      ["NotSupportedError", "Unrecognized or invalid algorithm AES-KW"],
      [
        "NotSupportedError",
        "Not implemented: wrapKey for SubtleCrypto. Consider calling an action defined in Node.js instead (https://docs.convex.dev/functions/actions).",
      ],
    ],
  ));

it("reads arguments before it acts: what a getter does to a buffer comes too late or in time, never between", () =>
  sameAsNode(
    realm,
    `const key = await subtle.importKey("raw", count(16), "AES-CBC", false, ["encrypt"]), iv = count(16), data = count(4);
    const promise = subtle.encrypt({ name: "AES-CBC", iv }, key, data);
    iv.fill(9); data.fill(9);
    const plain = hex(await promise);
    const order = [];
    const watched = new Proxy({ name: "AES-CBC", iv: count(16) }, { get: (target, name) => { order.push(String(name)); return target[name]; } });
    await subtle.encrypt(watched, key, data);
    return [plain, order.filter((name, at) => order.indexOf(name) === at)];`,
  ));
