import assert from "node:assert/strict";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { answerCrypto, answerCryptoLater } from "./crypto-door.ts";

/** A small generator with a seed: what fails can be run again. */
function newRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const PRIVATE = privateKey.export({ format: "der", type: "pkcs8" });
const PUBLIC = publicKey.export({ format: "der", type: "spki" });
const KEY = PRIVATE.toString("base64url");

/** Of each kind one that succeeds with a buffer of 16 bytes, mostly. */
const REQUESTS: readonly object[] = [
  { op: "digest", hash: "SHA-256" },
  { op: "sign", key: "AAAA", scheme: { name: "HMAC", hash: "SHA-1" } },
  { op: "sign", key: KEY, scheme: { name: "ECDSA", hash: "SHA-256" } },
  { op: "sign", key: KEY, scheme: { name: "RSA-PSS", hash: "SHA-256", saltLength: 20 } },
  { op: "verify", key: PUBLIC.toString("base64url"), scheme: { name: "ECDSA", hash: "SHA-256" } },
  { op: "encrypt", key: "A".repeat(43), cipher: { name: "AES-GCM", tagBytes: 16 } },
  { op: "decrypt", key: "A".repeat(22), cipher: { name: "AES-CBC" } },
  { op: "encrypt", key: "A".repeat(22), cipher: { name: "AES-CTR", counterBits: 64 } },
  { op: "encrypt", key: PUBLIC.toString("base64url"), cipher: { name: "RSA-OAEP", hash: "SHA-1" } },
  { op: "pbkdf2", key: "AAAA", hash: "SHA-1", iterations: 10, bytes: 20 },
  { op: "hkdf", key: "AAAA", hash: "SHA-1", bytes: 20 },
  { op: "agree", key: KEY, publicKey: PUBLIC.toString("base64url") },
  { op: "generate", family: "P-256", modulusLength: 0, publicExponent: 0 },
  { op: "import", family: "P-256", type: "public", format: "raw" },
  { op: "import", family: "Ed25519", type: "private", format: "jwk", jwk: { x: "AAAA", d: "AAAA" } },
  { op: "export", family: "P-256", type: "private", format: "jwk", key: KEY },
];
/** What a member may be turned into. */
const ODD: readonly unknown[] = [
  ...[null, true, -1, 0.5, 1e308, 2 ** 31, 2 ** 32, "", "x", "__proto__", "constructor", [], {}, [1e9]],
  ...[{ length: 1e9 }, { type: "Buffer", data: [1] }, "A".repeat(500_000), "SHA-1", "AES-GCM", "RSA"],
];

function isAnswer(answer: unknown): boolean {
  return answer instanceof ArrayBuffer || (typeof answer === "string" && /^[VE]/.test(answer));
}

describe("the door to the host's cryptography", () => {
  it("answers whatever is asked", async () => {
    const random = newRandom(1);
    const buffers = [0, 1, 16, 65].map((length) => new Uint8Array(randomBytes(length)).buffer);
    for (let round = 0; round < 3_000; round++) {
      const request = structuredClone(REQUESTS[random(REQUESTS.length)]) as Record<string, unknown>;
      for (let change = random(3); change > 0; change--) {
        const inner = (request["scheme"] ?? request["cipher"] ?? request) as Record<string, unknown>;
        const target = random(2) === 0 ? request : inner;
        const names = Object.keys(target);
        target[names[random(names.length)]!] = ODD[random(ODD.length)];
      }
      const given = Array.from({ length: random(4) }, () => buffers[random(buffers.length)]!);
      const text = JSON.stringify(request);
      assert.ok(isAnswer(answerCrypto(text, given)), text);
      if (round % 10 === 0) assert.ok(isAnswer(await answerCryptoLater(text, given)), text);
    }
  });

  it("answers what is no request", async () => {
    for (const text of ["", "{", "null", "[]", "1", '"x"', '{"op":"toString"}', '{"op":"__proto__"}']) {
      assert.match(String(answerCrypto(text, [])), /^E\["OperationError"/);
      assert.match(String(await answerCryptoLater(text, [])), /^E\["OperationError"/);
    }
    assert.match(
      String(answerCrypto('{"op":"digest","hash":"SHA-1"}', ["x" as unknown as ArrayBuffer])),
      /^E\["OperationError"/,
    );
  });

  it("takes any bytes for a key that is none", () => {
    const random = newRandom(2);
    for (const [format, type, whole] of [
      ["pkcs8", "private", PRIVATE],
      ["spki", "public", PUBLIC],
    ] as const) {
      for (let round = 0; round < 500; round++) {
        const bytes = new Uint8Array(whole);
        for (let change = 1 + random(4); change > 0; change--) bytes[random(bytes.length)] = random(256);
        const cut = bytes.slice(0, random(2) === 0 ? bytes.length : random(bytes.length));
        const request = JSON.stringify({ op: "import", format, type, family: "P-256" });
        assert.match(String(answerCrypto(request, [cut.buffer])), /^V\{|^E\["DataError"/);
      }
    }
  });

  it("keeps keys to a length that nobody has to wait for", () => {
    const long = { kty: "RSA", n: Buffer.alloc(1100, 255).toString("base64url"), e: "AQAB" };
    const request = { op: "import", family: "RSA", type: "public", format: "jwk", jwk: long };
    assert.equal(
      answerCrypto(JSON.stringify(request), []),
      'E["NotSupportedError","RSA keys have at most 8192 bits, and this one has 8800"]',
    );
  });

  it("lets nobody make RSA keys while others wait, and none that take for ever", async () => {
    const request = { op: "generate", family: "RSA", modulusLength: 1024, publicExponent: 65_537 };
    assert.match(String(answerCrypto(JSON.stringify(request), [])), /^E\["OperationError"/);
    assert.match(String(await answerCryptoLater(JSON.stringify(request), [])), /^V\{"publicKey":/);
    for (const [change, text] of [
      [{ modulusLength: 16_384 }, "The bits of an RSA key must be from 512 to 8192, not 16384"],
      [{ modulusLength: 256 }, "The bits of an RSA key must be from 512 to 8192, not 256"],
      [{ publicExponent: 1 }, "The public exponent must be from 3 to 4294967295, not 1"],
    ] as const) {
      const answer = await answerCryptoLater(JSON.stringify({ ...request, ...change }), []);
      assert.equal(answer, `E${JSON.stringify(["OperationError", text])}`);
    }
  });

  it("gives passwords ten times the rounds where nobody else waits", async () => {
    const request = { op: "pbkdf2", key: "AAAA", hash: "SHA-1", iterations: 1_000_001, bytes: 20 };
    const salt = new Uint8Array(4).buffer;
    assert.match(String(answerCrypto(JSON.stringify(request), [salt])), /1000000 are allowed/);
    assert.ok((await answerCryptoLater(JSON.stringify(request), [salt])) instanceof ArrayBuffer);
    const more = JSON.stringify({ ...request, iterations: 10_000_001 });
    assert.match(String(await answerCryptoLater(more, [salt])), /10000000 are allowed/);
  });
});
