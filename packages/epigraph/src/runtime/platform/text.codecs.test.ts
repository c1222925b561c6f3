import assert from "node:assert/strict";
import { test } from "node:test";
import { openPlatformRealm } from "./testing/platform-realm.ts";

const CASES: readonly [name: string, code: string, expected: unknown][] = [
  [
    "labels name their encodings",
    `return ["utf8", "UTF-8", "latin1", "ascii", "utf-16", "windows-1251", "sjis"].map((label) => new TextDecoder(label).encoding)`,
    ["utf-8", "utf-8", "windows-1252", "windows-1252", "utf-16le", "windows-1251", "shift_jis"],
  ],
  [
    "an unknown label throws a RangeError",
    `try { new TextDecoder("klingon") } catch (e) { return e.name }`,
    "RangeError",
  ],
  [
    "utf-8",
    `return new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0xc3, 0xbc, 0xff]))`,
    "ü\ufffd",
  ],
  ["windows-1252", `return new TextDecoder("latin1").decode(new Uint8Array([0xfc, 0x80]))`, "ü€"],
  [
    "utf-16le",
    `return new TextDecoder("utf-16le").decode(new Uint8Array([0x41, 0, 0x3d, 0xd8, 0, 0xde]))`,
    "A\u{1f600}",
  ],
  [
    "shift_jis, whose tables are loaded on demand",
    `return new TextDecoder("shift_jis").decode(new Uint8Array([0x93, 0xfa]))`,
    "日",
  ],
  [
    "fatal throws a TypeError",
    `try { new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([0xff])) } catch (e) { return e.name }`,
    "TypeError",
  ],
  [
    "a character cut in two survives streaming",
    `const d = new TextDecoder(); return d.decode(new Uint8Array([0xe2, 0x98]), { stream: true }) + d.decode(new Uint8Array([0x83]))`,
    "☃",
  ],
  [
    "ignoreBOM keeps it",
    `return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf])).length`,
    1,
  ],
  [
    "lone surrogates are encoded as the replacement character",
    `return [...new TextEncoder().encode("a\\ud800")]`,
    [97, 239, 191, 189],
  ],
  [
    "encodeInto stops at the last whole character",
    `const to = new Uint8Array(3); return [new TextEncoder().encodeInto("aü☃", to), [...to]]`,
    [{ read: 2, written: 3 }, [97, 195, 188]],
  ],
  [
    "the stream forms",
    `const bytes = new ReadableStream({ start(c) { c.enqueue("☃"); c.enqueue("!"); c.close() } }).pipeThrough(new TextEncoderStream());
     let text = ""; for await (const part of bytes.pipeThrough(new TextDecoderStream())) text += part; return text`,
    "☃!",
  ],
  ["btoa", `return ["", "a", "ab", "abc", "\\u00ff\\0"].map(btoa)`, ["", "YQ==", "YWI=", "YWJj", "/wA="]],
  [
    "atob forgives spaces and missing padding",
    `return ["YQ==", "YQ", " Y W\\nI = ", "/wA=", ""].map(atob)`,
    ["a", "a", "ab", "\u00ff\0", ""],
  ],
  [
    "both throw InvalidCharacterError",
    `const name = (f) => { try { f(); return "none" } catch (e) { return [e.name, e.code, e instanceof DOMException] } };
     return [() => btoa("☃"), () => atob("a"), () => atob("YQ="), () => atob("YQ==="), () => atob("Y-Q_"), () => atob("=")].map(name)`,
    Array.from({ length: 6 }, () => ["InvalidCharacterError", 5, true]),
  ],
  [
    "long texts go both ways",
    `const text = String.fromCharCode(...Array.from({ length: 50001 }, (_, i) => i & 255)); return atob(btoa(text)) === text`,
    true,
  ],
];

for (const [name, code, expected] of CASES) {
  test(name, async () => {
    using realm = await openPlatformRealm();
    assert.deepEqual(realm.run(code), expected);
  });
}
