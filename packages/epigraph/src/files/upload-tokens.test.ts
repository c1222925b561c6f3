import assert from "node:assert/strict";
import { test } from "node:test";
import { UPLOAD_TOKEN_MS, UploadTokens } from "./upload-tokens.ts";

const NOW_MS = 1_795_521_600_000;
const tokens = new UploadTokens(new Uint8Array(32).fill(1));
const code = (token: string, nowMs: number = NOW_MS): string | undefined => {
  try {
    tokens.check(token, nowMs);
    return undefined;
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
};

test("a token names its component, as often as it is shown, for an hour", () => {
  for (const component of ["", "files", "a/b"]) {
    const token = tokens.create(component, NOW_MS + 0.5);
    assert.match(token, /^[\w-]+$/);
    assert.equal(tokens.check(token, NOW_MS), component);
    assert.equal(tokens.check(token, NOW_MS + UPLOAD_TOKEN_MS - 1), component);
    assert.equal(code(token, NOW_MS + UPLOAD_TOKEN_MS), "StorageTokenExpired");
  }
});

test("a token is no good when any character of it is another one, or it is longer or shorter", () => {
  const token = tokens.create("files", NOW_MS);
  for (let at = 0; at < token.length; at++) {
    for (const other of ["A", "B", "_", "=", "é"]) {
      if (token[at] === other) continue;
      assert.equal(
        code(token.slice(0, at) + other + token.slice(at + 1)),
        "StorageTokenInvalid",
        `${at}: ${other}`,
      );
    }
  }
  for (let length = 0; length < token.length; length++) {
    assert.equal(code(token.slice(0, length)), "StorageTokenInvalid");
  }
  for (const more of ["A", "AA", "AAAA", "=", " "]) assert.equal(code(token + more), "StorageTokenInvalid");
});

test("a token that another deployment made is told from one that is damaged", () => {
  const foreign = new UploadTokens(new Uint8Array(32).fill(2)).create("", NOW_MS);
  assert.equal(code(foreign), "InvalidStorageToken");
});

test("a token can't be made out of one with the checksum alone", async () => {
  const { createHash } = await import("node:crypto");
  const bytes = Buffer.from(tokens.create("", NOW_MS), "base64url");
  // Issued an hour later, and a checksum to match.
  bytes.writeUIntBE(NOW_MS + UPLOAD_TOKEN_MS, 9, 6);
  const signed = bytes.subarray(0, -4);
  createHash("sha256").update(signed).digest().copy(bytes, signed.length, 0, 4);
  assert.equal(code(bytes.toString("base64url")), "StorageTokenInvalid");
});
