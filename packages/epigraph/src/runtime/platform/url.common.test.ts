import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../values/testing/seeded-random.ts";
import { parseCommonQuery, parseCommonUrl } from "./common-urls.ts";
import { openPlatformRealm } from "./testing/platform-realm.ts";

const PIECES = [
  ..."az09-._~!$&'()*+,;=:@%/?#[]\\^`{|}<> \"\té",
  "..",
  "/./",
  "/%2e/",
  "%2E%2e",
  "%41",
  "%",
  "//",
  "a.b",
  "localhost",
  "127.0.0.1",
  "127.1",
  "010.0.0.1",
  "256.1.1.1",
  "1.2.3.4.5",
  "xn--a",
  "EXAMPLE.com",
  "a..b",
  "-a.com",
  ":80",
  ":443",
  ":8080",
  ":65536",
  ":",
  "?a=1&b=2",
  "?",
  "?a=%20b+c",
  "?'",
  "user@",
  "user:pw@",
  "a.1",
  "a_b.com",
];

/** Everything that can be seen of a URL. */
const DESCRIBE = `
  const describe = (URL, text) => {
    let url;
    try { url = new URL(text); } catch { return "invalid"; }
    const { href, protocol, host, hostname, port, pathname, search, hash, origin } = url;
    return [href, protocol, host, hostname, port, pathname, search, hash, origin, [...url.searchParams]];
  };`;

function makeUrls(seed: number, count: number): string[] {
  const random = seededRandom(seed);
  const pick = (): string => PIECES[Math.floor(random() * PIECES.length)] as string;
  return Array.from({ length: count }, () => {
    const tail = Array.from({ length: Math.floor(random() * 6) }, pick).join("");
    return `${random() < 0.9 ? "http" : "https"}://${random() < 0.7 ? "example.com" : pick()}${tail}`;
  });
}

test("URLs of every kind come out as Node's own parser has them", async () => {
  const seed = Number(process.env["SEED"] ?? 20_261_126);
  const urls = makeUrls(seed, 4_000);
  using realm = await openPlatformRealm();
  const ours = realm.run(`${DESCRIBE} return ${JSON.stringify(urls)}.map((text) => describe(URL, text));`);
  const describe = new Function(`${DESCRIBE} return describe;`)() as (
    url: typeof URL,
    text: string,
  ) => unknown;
  const theirs: unknown = JSON.parse(JSON.stringify(urls.map((text) => describe(URL, text))));
  assert.deepEqual(ours, theirs, `seed ${seed}`);
  assert.ok(urls.filter((text) => parseCommonUrl(text) !== null).length > 500, "enough of them are common");
});

const uncommon = [
  "ftp://a/",
  "http://a/ b",
  "http://A/",
  "http://a/../b",
  "http://a/%2E",
  "http://xn--a/",
  "http://1/",
  "/a",
];
for (const text of uncommon) {
  test(`${text} is left to the whole parser`, () => assert.equal(parseCommonUrl(text), null));
}

test("a query without escapes is taken apart; one with escapes is left to the whole parser", () => {
  assert.deepEqual(parseCommonQuery("a=1&b&=c&&d=e=f+g"), [
    ["a", "1"],
    ["b", ""],
    ["", "c"],
    ["d", "e=f g"],
  ]);
  assert.deepEqual(parseCommonQuery(""), []);
  assert.equal(parseCommonQuery("a=%20"), null);
  assert.equal(parseCommonQuery("é=1"), null);
});
