import assert from "node:assert/strict";
import { createHash, createHmac, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { after, describe, it } from "node:test";
import { InThreadApp } from "./support/in-thread-app.ts";

const app = await InThreadApp.start(
  {
    "convex/crypto.ts": `import { action, mutation, query } from "./_generated/server";
const { subtle } = crypto;
const raw = new Uint8Array(16);
const hex = (buffer: ArrayBuffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
// Keys may be imported while a module is evaluated.
const importedKey = subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
let refusedAtImport = "";
const refusal = subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]).catch((error) => { refusedAtImport = error.message; });

const CASES: Record<string, (input: any) => Promise<unknown>> = {
  digest: async () => hex(await subtle.digest("SHA-256", new TextEncoder().encode("abc"))),
  hmac: async () => hex(await subtle.sign("HMAC", await importedKey, raw)),
  atImport: async () => (await refusal, refusedAtImport),
  gcm: async () => {
    const key = await subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
    const secret = await subtle.encrypt({ name: "AES-GCM", iv: raw.slice(4) }, key, raw);
    return [hex(secret), hex(await subtle.decrypt({ name: "AES-GCM", iv: raw.slice(4) }, key, secret))];
  },
  password: async ({ iterations }) => {
    const key = await subtle.importKey("raw", raw, "PBKDF2", false, ["deriveBits"]);
    return hex(await subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: raw, iterations }, key, 256));
  },
  ed25519: async () => {
    const key = await subtle.importKey("jwk", { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" }, "Ed25519", true, ["sign"]);
    return hex(await subtle.sign("Ed25519", key, raw));
  },
  generateSecret: async () => hex(await subtle.exportKey("raw", await subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"])) as ArrayBuffer),
  generateRsa: async () => {
    const { privateKey, publicKey } = await subtle.generateKey({ name: "RSASSA-PKCS1-v1_5", modulusLength: 1024, hash: "SHA-256", publicExponent: new Uint8Array([1, 0, 1]) }, false, ["sign", "verify"]) as CryptoKeyPair;
    return [hex(await subtle.exportKey("spki", publicKey) as ArrayBuffer), hex(await subtle.sign("RSASSA-PKCS1-v1_5", privateKey, raw))];
  },
  ecdsa: async () => {
    const key = await subtle.importKey("jwk", { kty: "EC", crv: "P-256", x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM", d: "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE" }, { name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
    return (await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, raw)).byteLength;
  },
  random: async () => [crypto.randomUUID() !== crypto.randomUUID(), crypto.getRandomValues(new Uint8Array(4)).length],
  many: async () => {
    for (let i = 0; i < 100_000; i++) await CASES.password!({ iterations: 200_000 }).catch(() => null);
  },
  together: async () => (await Promise.all([1000, 1000, 2000].map((iterations) => CASES.password!({ iterations })))).map((text) => (text as string).slice(0, 4)),
};
const run = async (_ctx: unknown, { name, input }: any) => {
  try { return await CASES[name]!(input); } catch (error: any) { return [error.name, error.message]; }
};
export const inQuery = query(run);
export const inMutation = mutation(run);
export const inAction = action(run);
`,
    "convex/tokens.ts": `import * as jose from "jose";
import { action } from "./_generated/server";
export const signAndVerify = action(async (_ctx, { alg }: { alg: string }) => {
  const secret = new TextEncoder().encode("a secret of thirty-two characters");
  const pair = alg.startsWith("HS") ? { privateKey: secret, publicKey: secret } : await jose.generateKeyPair(alg, { extractable: true });
  const token = await new jose.SignJWT({ role: "admin" }).setProtectedHeader({ alg }).setIssuer("me").setExpirationTime("1h").sign(pair.privateKey);
  const { payload } = await jose.jwtVerify(token, pair.publicKey, { issuer: "me" });
  const tampered = await jose.jwtVerify(token.slice(0, -6) + "AAAAAA", pair.publicKey).catch((error) => error.code);
  return [payload.role, tampered, token, alg.startsWith("HS") ? null : await jose.exportSPKI(pair.publicKey as CryptoKey)];
});
export const pems = action(async (_ctx, { pkcs8 }: { pkcs8: string }) => {
  const key = await jose.importPKCS8(pkcs8, "RS256", { extractable: true });
  const set = jose.createLocalJWKSet({ keys: [{ ...(await jose.exportJWK(key)), d: undefined, p: undefined, q: undefined, dp: undefined, dq: undefined, qi: undefined, kid: "k", alg: "RS256" } as any] });
  const token = await new jose.SignJWT({}).setProtectedHeader({ alg: "RS256", kid: "k" }).setSubject("me").sign(key);
  return (await jose.jwtVerify(token, set)).payload.sub;
});
export const encrypted = action(async (_ctx, { alg, enc }: { alg: string, enc: string }) => {
  const secret = crypto.getRandomValues(new Uint8Array(enc === "A256GCM" ? 32 : 64));
  const pair = alg === "dir" ? { privateKey: secret, publicKey: secret } : await jose.generateKeyPair(alg);
  const token = await new jose.CompactEncrypt(new TextEncoder().encode("hello")).setProtectedHeader({ alg, enc }).encrypt(pair.publicKey);
  return new TextDecoder().decode((await jose.compactDecrypt(token, pair.privateKey)).plaintext);
});
`,
    "convex/escape.ts": `import { action, query } from "./_generated/server";
/** What an attempt can name of what it got hold of. */
const ATTEMPTS: Record<string, () => Promise<unknown>> = {
  constructorOfErrors: async () => {
    const error: any = await crypto.subtle.importKey("pkcs8", new Uint8Array(3), "Ed25519", true, ["sign"]).catch((error) => error);
    return [error instanceof DOMException, error.constructor === DOMException, error.constructor.constructor === Function, typeof error.constructor.constructor.prototype.constructor];
  },
  errorsOfTheHost: async () => {
    const key = await crypto.subtle.importKey("raw", new Uint8Array(16), "AES-CBC", true, ["decrypt"]);
    const error: any = await crypto.subtle.decrypt({ name: "AES-CBC", iv: new Uint8Array(16) }, key, new Uint8Array(5)).catch((error) => error);
    return [error.message, error instanceof Error, Object.keys(error), error.stack.includes("node:")];
  },
  answersAreOurs: async () => {
    const buffer: any = await crypto.subtle.digest("SHA-1", new Uint8Array(0));
    return [buffer instanceof ArrayBuffer, buffer.constructor === ArrayBuffer, buffer.constructor.constructor === Function];
  },
  patchedJson: async () => {
    const { stringify, parse } = JSON;
    try {
      JSON.stringify = (() => '{"op":"__proto__","constructor":{"constructor":"return process"}}') as any;
      JSON.parse = ((text: string) => ({ text, key: process, constructor: globalThis })) as any;
      return [await crypto.subtle.digest("SHA-1", new Uint8Array(0)).catch((error) => error.name)];
    } finally { JSON.stringify = stringify; JSON.parse = parse; }
  },
  toJson: async () => {
    (Object.prototype as any).toJSON = () => ({ op: "digest", hash: 1 });
    try { return [await crypto.subtle.digest("SHA-1", new Uint8Array(0)).catch((error) => error.name)]; }
    finally { delete (Object.prototype as any).toJSON; }
  },
  patchedBytes: async () => {
    const seen: unknown[] = [];
    const { slice } = ArrayBuffer.prototype;
    ArrayBuffer.prototype.slice = function (...args: any) { seen.push(this instanceof ArrayBuffer); return slice.apply(this, args); };
    try { await crypto.subtle.digest("SHA-1", new Uint8Array(3)); } finally { ArrayBuffer.prototype.slice = slice; }
    return [seen.every(Boolean), seen.length > 0];
  },
  thenables: async () => {
    const seen: unknown[] = [];
    Object.defineProperty(Object.prototype, "then", { configurable: true, get() { seen.push(typeof this); return undefined; } });
    try { await crypto.subtle.exportKey("jwk", await crypto.subtle.importKey("raw", new Uint8Array(16), "AES-CBC", true, ["encrypt"])); }
    finally { delete (Object.prototype as any).then; }
    return [seen.length > 0, seen.every((type) => type === "object")];
  },
  getters: async () => {
    const steps: string[] = [];
    const algorithm = { get name() { steps.push("name"); throw new RangeError("mine"); } };
    const message = await crypto.subtle.digest(algorithm as any, new Uint8Array(0)).catch((error) => error.message);
    return [message, ...steps];
  },
  keysOfOthers: async () => {
    const fake: any = { type: "secret", extractable: true, algorithm: { name: "AES-CBC" }, usages: ["encrypt"] };
    Object.setPrototypeOf(fake, CryptoKey.prototype);
    const names: string[] = [];
    for (const key of [fake, Object.create(null), 1, "AAAA", CryptoKey.prototype]) names.push(await crypto.subtle.exportKey("raw", key).then(() => "none", (error) => error.name));
    return [...names, typeof (CryptoKey as any).parts, Object.getOwnPropertyNames(CryptoKey).sort().join()];
  },
  constructors: async () => [SubtleCrypto, CryptoKey, Crypto].map((made: any) => { try { new made(Symbol("internal"), {}); return "made"; } catch (error: any) { return error.message; } }),
  hugeArguments: async () => {
    const names: string[] = [];
    const base = await crypto.subtle.importKey("raw", new Uint8Array(1), "PBKDF2", false, ["deriveBits"]);
    for (const [iterations, length] of [[4294967295, 8], [1, 4294967288], [4294967295, 4294967288]] as const)
      names.push(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-1", salt: new Uint8Array(1), iterations }, base, length).then(() => "none", (error) => error.name));
    return names;
  },
};
const run = (_ctx: unknown, { name }: any) => ATTEMPTS[name]!();
export const inQuery = query(run);
export const inAction = action(run);
`,
  },
  { packages: ["convex", "jose"] },
);
after(() => app[Symbol.asyncDispose]());

type Kind = "query" | "mutation" | "action";
const KINDS: readonly (readonly [Kind, string])[] = [
  ["query", "crypto:inQuery"],
  ["mutation", "crypto:inMutation"],
  ["action", "crypto:inAction"],
];

const REFUSAL = [
  "Error",
  "Can't use cryptographic randomness in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.",
];

for (const [kind, path] of KINDS) {
  const run = (name: string, input: unknown = null): Promise<unknown> =>
    app.value(kind, path, { name, input });

  describe(`crypto.subtle in a ${kind}`, () => {
    it("digests, signs and verifies", async () => {
      assert.equal(await run("digest"), createHash("sha256").update("abc").digest("hex"));
      assert.equal(
        await run("hmac"),
        createHmac("sha256", Buffer.alloc(16)).update(Buffer.alloc(16)).digest("hex"),
      );
      assert.equal(await run("ed25519"), await run("ed25519"));
    });

    it("encrypts and decrypts", async () => {
      const [secret, plain] = (await run("gcm")) as string[];
      assert.equal(secret?.length, 2 * (16 + 16));
      assert.equal(plain, "00".repeat(16));
    });

    it("derives from passwords", async () => {
      assert.match(String(await run("password", { iterations: 1000 })), /^[0-9a-f]{64}$/);
      const [first, second, third] = (await run("together")) as string[];
      assert.equal(first, second);
      assert.notEqual(first, third);
    });

    it("has random values, and makes no key while a module is evaluated", async () => {
      assert.deepEqual(await run("random"), [true, 4]);
      assert.equal(await run("atImport"), "Cannot use cryptographic randomness at import time");
    });

    if (kind === "action") {
      it("makes keys and signs with fresh randomness", async () => {
        assert.notEqual(await run("generateSecret"), await run("generateSecret"));
        const [spki, signature] = (await run("generateRsa")) as [string, string];
        const key = createPublicKey({ key: Buffer.from(spki, "hex"), format: "der", type: "spki" });
        assert.ok(verify("sha256", Buffer.alloc(16), key, Buffer.from(signature, "hex")));
        assert.equal(await run("ecdsa"), 64);
      });
    } else {
      it("refuses what is truly random", async () => {
        for (const name of ["generateSecret", "generateRsa", "ecdsa"])
          assert.deepEqual(await run(name), REFUSAL);
      });

      it("ends when its time is over, which passwords take", async () => {
        const outcome = await app.call(kind, path, { name: "many", input: null });
        assert.equal(outcome.status, "error");
        assert.match(
          outcome.status === "error" ? outcome.error.message : "",
          /Function execution timed out \(maximum duration: 1s\)/,
        );
      });
    }
  });
}

describe("jose in an action", () => {
  for (const alg of ["HS256", "RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"]) {
    it(`signs and verifies tokens with ${alg}`, async () => {
      const [role, tampered, token, spki] = (await app.value("action", "tokens:signAndVerify", {
        alg,
      })) as string[];
      assert.deepEqual([role, tampered], ["admin", "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"]);
      if (alg !== "RS256" || spki === undefined) return;
      const [header, payload, signature] = token!.split(".");
      assert.ok(
        verify("sha256", Buffer.from(`${header}.${payload}`), spki, Buffer.from(signature!, "base64url")),
      );
    });
  }

  it("reads PEM files and key sets", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pkcs8 = privateKey.export({ format: "pem", type: "pkcs8" });
    assert.equal(await app.value("action", "tokens:pems", { pkcs8 }), "me");
  });

  for (const [alg, enc] of [
    ["dir", "A256GCM"],
    ["dir", "A256CBC-HS512"],
    ["RSA-OAEP-256", "A256GCM"],
    ["ECDH-ES", "A256GCM"],
  ]) {
    it(`encrypts tokens with ${alg} and ${enc}`, async () =>
      assert.equal(await app.value("action", "tokens:encrypted", { alg, enc }), "hello"));
  }
});

describe("nothing of the host is reached", () => {
  const TYPE_ERRORS = ["TypeError", "TypeError", "TypeError", "TypeError", "TypeError"];
  const EXPECTED: Readonly<Record<string, readonly unknown[]>> = {
    constructorOfErrors: [true, true, true, "function"],
    errorsOfTheHost: ["The operation failed", true, [], false],
    answersAreOurs: [true, true, true],
    patchedJson: ["TypeError"],
    toJson: ["OperationError"],
    patchedBytes: [true, true],
    thenables: [true, true],
    getters: ["mine", "name"],
    keysOfOthers: [...TYPE_ERRORS, "undefined", "length,name,prototype"],
    constructors: [
      "Illegal constructor: SubtleCrypto",
      "Illegal constructor: CryptoKey",
      "Illegal constructor: Crypto",
    ],
    hugeArguments: ["OperationError", "OperationError", "OperationError"],
  };
  for (const [name, expected] of Object.entries(EXPECTED)) {
    for (const kind of ["query", "action"] as const) {
      it(`by ${name} in a ${kind}`, async () => {
        const path = kind === "query" ? "escape:inQuery" : "escape:inAction";
        assert.deepEqual(await app.value(kind, path, { name }), expected);
      });
    }
  }
});

it("an action whose slice is over gets no more of the host's time", async () => {
  let nowMs = 0;
  await using slow = await InThreadApp.start(
    {
      "convex/slow.ts": `import { action } from "./_generated/server";
const digest = () => crypto.subtle.digest("SHA-1", new Uint8Array(1)).then(() => "done", (error) => error.message);
export const run = action(async () => [await digest(), await digest(), await digest()]);
`,
    },
    // Each look at the clock finds it three seconds later.
    { effects: { elapsedMs: () => (nowMs += 3_000) } },
  );
  const over = "The function has no time left";
  assert.deepEqual(await slow.value("action", "slow:run"), ["done", over, over]);
});
