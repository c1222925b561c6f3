import type { RecordedBody, RecordedRequest } from "./recorded.ts";

export const TEST_RUNNERS = ["node:test", "vitest"] as const;
export type TestRunner = (typeof TEST_RUNNERS)[number];

/** What stands in place of the value of a header that carries a secret. */
const MASK = "••••••";
/** Headers that the client makes itself, or that belong to one connection. */
const OWN_HEADERS = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "convex-request-id",
  "accept-encoding",
  "keep-alive",
  "upgrade",
  "expect",
  "te",
  "trailer",
]);
const ID = /\b[0-9abcdefghjkmnpqrstvwxyz]{31,37}\b/;
const HAS_NO_BODY = new Set(["GET", "HEAD", "OPTIONS"]);

/** `post-post-message.test.mjs` */
export function testFileName({ method, url }: Pick<RecordedRequest, "method" | "url">): string {
  const words = `${method}${new URL(url).pathname}`
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return `${words.slice(0, 60)}.test.mjs`;
}

/**
 * A test that sends a request and expects what it was answered, complete in itself. Texts of the request stand in it as
 * literals alone, whatever they hold.
 */
export function testFile(request: RecordedRequest, runner: TestRunner): string {
  const { method, url, headers, body, status } = request;
  const { origin, pathname, search } = new URL(url);
  const sent = headers.filter(([name]) => !OWN_HEADERS.has(name.toLowerCase()));
  const hasSecret = sent.some(([, value]) => value === MASK);
  const lines = [
    `import assert from "node:assert/strict";`,
    `import { test } from ${literal(runner)};`,
    "",
    "/** Where the HTTP actions are. */",
    `const site = process.env.CONVEX_SITE_URL ?? ${literal(origin)};`,
    "",
    `test(${literal(`${method} ${pathname} answers ${status}`)}, async () => {`,
    `  const response = await fetch(site + ${literal(pathname + search)}, {`,
    `    method: ${literal(method)},`,
    ...(sent.length === 0
      ? []
      : [
          "    headers: [",
          ...sent.map(
            ([name, value]) =>
              `      [${literal(name)}, ${value === MASK ? `secret(${literal(variableOf(name))})` : literal(value)}],`,
          ),
          "    ],",
        ]),
    ...(body.bytes === 0 || HAS_NO_BODY.has(method) ? [] : [`    body: ${bodyLiteral(body)},`]),
    `    redirect: "manual",`,
    "  });",
    `  assert.equal(response.status, ${status});`,
    ...expectations(request),
    "});",
    ...(hasSecret ? SECRET : []),
    "",
  ];
  return lines.join("\n");
}

const SECRET = [
  "",
  "function secret(name) {",
  "  const value = process.env[name];",
  '  if (value === undefined) throw new Error("Set " + name + ": a secret that was not kept with the request.");',
  "  return value;",
  "}",
];

function expectations({ method, responseHeaders, responseBody }: RecordedRequest): readonly string[] {
  const type = responseHeaders.find(([name]) => name.toLowerCase() === "content-type")?.[1];
  const typeLine =
    type === undefined ? [] : [`  assert.equal(response.headers.get("content-type"), ${literal(type)});`];
  if (method === "HEAD") return typeLine;
  return [...typeLine, ...bodyExpectation(responseBody)];
}

function bodyExpectation(body: RecordedBody): readonly string[] {
  const { text, isBase64, isCut } = body;
  if (isBase64) {
    const bytes = "Buffer.from(await response.arrayBuffer())";
    const expected = bodyLiteral(body);
    return isCut
      ? [
          `  const expected = ${expected};`,
          `  assert.deepEqual(${bytes}.subarray(0, expected.length), expected);`,
        ]
      : [`  assert.deepEqual(${bytes}, ${expected});`];
  }
  // The ids of new documents are others each time.
  const hasIds = ID.test(text);
  const actual = hasIds ? "withoutIds(await response.text())" : "await response.text()";
  const expected = hasIds ? `withoutIds(${literal(text)})` : literal(text);
  const check = isCut
    ? `  assert.ok((${actual}).startsWith(${expected}));`
    : isJson(text)
      ? `  assert.deepEqual(JSON.parse(${actual}), JSON.parse(${expected}));`
      : `  assert.equal(${actual}, ${expected});`;
  return hasIds
    ? [
        "  // Ids of documents are others in each run.",
        `  const withoutIds = (text) => text.replace(${new RegExp(ID, "g")}, "<id>");`,
        check,
      ]
    : [check];
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

function bodyLiteral({ text, isBase64 }: RecordedBody): string {
  return isBase64 ? `Buffer.from(${literal(text)}, "base64")` : literal(text);
}

/** `x-api-key` → `X_API_KEY` */
function variableOf(header: string): string {
  return header.toUpperCase().replace(/[^A-Z0-9]+/g, "_");
}

/** A text as JavaScript; what would be mistaken for something else by whoever reads the file is escaped. */
function literal(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
