import assert from "node:assert/strict";
import { test } from "node:test";
import { openPlatformRealm } from "./testing/platform-realm.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const lines = (...parts: string[]): string => parts.join("\r\n");

/** What formData() makes of a body: entries with files spelled out, or the error's text. */
async function parse(body: string, type: string, isTransaction = false): Promise<unknown> {
  using realm = await openPlatformRealm({ isTransaction });
  return realm.run(`
    const { request } = hooks.makeRequest({ url: "http://h/", method: "POST",
      headerPairs: [["content-type", ${JSON.stringify(type)}]], body: new TextEncoder().encode(${JSON.stringify(body)}) });
    try {
      const form = await request.formData();
      return await Promise.all([...form].map(async ([name, value]) =>
        [name, typeof value === "string" ? value : { name: value.name, type: value.type, text: await value.text(), isFile: value instanceof File && value instanceof Blob }]));
    } catch (error) { return String(error); }`);
}

const MULTIPART = "multipart/form-data; boundary=xyz";

test("text fields are strings and files are File objects with name and type", async () => {
  const body = lines(
    "--xyz",
    'Content-Disposition: form-data; name="title"',
    "",
    "Grüße",
    "--xyz",
    'content-disposition: form-data; name="file"; filename="a%22b.png"',
    "Content-Type: image/png",
    "",
    "first\r\nsecond",
    "--xyz",
    'Content-Disposition: form-data; name="empty"; filename=""',
    "",
    "",
    "--xyz--",
    "",
  );
  assert.deepEqual(await parse(body, MULTIPART), [
    ["title", "Grüße"],
    ["file", { name: 'a"b.png', type: "image/png", text: "first\r\nsecond", isFile: true }],
    ["empty", { name: "", type: "text/plain", text: "", isFile: true }],
  ]);
});

test("a preamble, padding after the boundary, a quoted boundary and escaped quotes are understood", async () => {
  const body = lines(
    "preamble",
    "--x z  ",
    'Content-Disposition: form-data; name="a\\"b; filename=c"',
    "",
    "1",
    "--x z--",
  );
  assert.deepEqual(await parse(body, 'Multipart/Form-Data; charset=utf-8; boundary="x z"'), [
    ['a"b; filename=c', "1"],
  ]);
});

test("a form without parts is empty", async () => {
  assert.deepEqual(await parse("--xyz--\r\n", MULTIPART), []);
});

const MALFORMED: readonly [name: string, body: string, type: string, reason: string][] = [
  ["no boundary in the type", "", "multipart/form-data", "the content type has no boundary"],
  ["another boundary", "--abc--", MULTIPART, "the boundary was not found"],
  ["an empty body", "", MULTIPART, "the boundary was not found"],
  ["junk after the boundary", "--xyzjunk\r\n", MULTIPART, "a boundary is not followed by a line break"],
  [
    "headers without end",
    "--xyz\r\nContent-Disposition: form-data",
    MULTIPART,
    "the headers of a part do not end",
  ],
  ["a header without name", "--xyz\r\nnonsense\r\n\r\n", MULTIPART, "a header of a part has no name"],
  [
    "no disposition",
    lines("--xyz", "A: b", "", "x", "--xyz--"),
    MULTIPART,
    "a part has no form-data disposition",
  ],
  [
    "no name",
    lines("--xyz", "Content-Disposition: form-data; filename=name", "", "x", "--xyz--"),
    MULTIPART,
    "a part has no name",
  ],
  [
    "no last boundary",
    lines("--xyz", "Content-Disposition: form-data; name=a", "", "x"),
    MULTIPART,
    "the last boundary is missing",
  ],
];

for (const [name, body, type, reason] of MALFORMED) {
  test(`a multipart body with ${name} is refused`, async () => {
    assert.equal(await parse(body, type), `Error: invalid multi-part form: '${reason}'`);
  });
}

test("a multipart body above 20 MiB is refused before it is all read", async () => {
  const chunk = new Uint8Array(4 * 1024 * 1024);
  using realm = await openPlatformRealm({ bodies: { 1: Array.from({ length: 8 }, () => chunk) } });
  const result = realm.run(`
    const { request } = hooks.makeRequest({ url: "http://h/", method: "POST",
      headerPairs: [["content-type", "${MULTIPART}"]], body: { exchange: 1 } });
    return request.formData().catch(String);`);
  assert.equal(result, "Error: invalid multi-part form: 'the body is larger than 20 MiB'");
  assert.deepEqual(realm.cancelled, [1]);
});

test("an urlencoded body becomes fields", async () => {
  assert.deepEqual(
    await parse("a=1&b=x+y%26%C3%BC&a=2&=&?c", "application/x-www-form-urlencoded;charset=UTF-8"),
    [
      ["a", "1"],
      ["b", "x y&ü"],
      ["a", "2"],
      ["", ""],
      ["?c", ""],
    ],
  );
  assert.deepEqual(await parse("?a=1", "application/x-www-form-urlencoded"), [["?a", "1"]]);
});

test("any other content type is refused with a TypeError", async () => {
  assert.match(String(await parse("{}", "application/json")), /^TypeError: The body is no form/);
});

test("in a query or mutation multipart is refused and urlencoded is read", async () => {
  assert.equal(
    await parse("--xyz--", MULTIPART, true),
    "Error: Can't use formData() in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.",
  );
  assert.deepEqual(await parse("a=1", "application/x-www-form-urlencoded", true), [["a", "1"]]);
});

test("any form survives encoding and parsing", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  using realm = await openPlatformRealm();
  const failure = realm.run(`
    let state = ${seed} | 1;
    const random = (n) => { state ^= state << 13; state ^= state >>> 17; state ^= state << 5; return (state >>> 0) % n; };
    const alphabet = ["a", "ü", '"', "\\r\\n", "--", "%", "\\\\", ";", "=", "\\u{1f600}", "", " ", "\\0"];
    const word = () => Array.from({ length: random(6) }, () => alphabet[random(alphabet.length)]).join("");
    for (let round = 0; round < 200; round++) {
      const form = new FormData();
      for (let i = random(5); i > 0; i--) {
        if (random(2)) form.append(word(), word());
        else form.append(word(), new File([Uint8Array.from({ length: random(40) }, () => [13, 10, 45, random(256)][random(4)])], word().replace(/\\\\/g, ""), { type: "a/b" }));
      }
      const back = await new Response(form).formData();
      const show = async (f) => JSON.stringify(await Promise.all([...f].map(async ([k, v]) => [k, typeof v === "string" ? v : [v.name, v.type, ...await v.bytes()]])));
      const [before, after] = [await show(form), await show(back)];
      if (before !== after) return [before, after];
    }`);
  assert.equal(failure, undefined);
});

test("files of a parsed form stay intact when other bodies are read", async () => {
  using realm = await openPlatformRealm({
    bodies: {
      1: [
        encode("--xyz\r\nContent-Disposition: form-data; name=f; filename=n\r\n\r\nab"),
        encode("c\r\n--xyz--"),
      ],
    },
  });
  const result = realm.run(`
    const { request } = hooks.makeRequest({ url: "http://h/", method: "POST",
      headerPairs: [["content-type", "${MULTIPART}"]], body: { exchange: 1 } });
    const file = (await request.formData()).get("f");
    for await (const chunk of file.stream()) chunk.fill(0);
    return [await file.text(), file.size, await file.slice(1, -1).text()];`);
  assert.deepEqual(result, ["abc", 3, "b"]);
});
