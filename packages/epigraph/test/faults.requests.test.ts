import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, describe, it } from "node:test";
import { sendRaw } from "../src/server/testing/test-server.ts";
import { assertFailed, assertRefused, FunctionCaller, postApi } from "./support/functions-api.ts";
import { httpRequest } from "./support/http-request.ts";
import { fixture, startApp } from "./support/start-app.ts";

const MEBIBYTE = 1024 * 1024;
const ACTION_LIMIT = 20 * MEBIBYTE;

const app = await startApp({ copyOf: fixture("faults-requests") });
after(() => app.stop());

const functions = new FunctionCaller(app);

/** The server is there for others, and nothing was stored. */
async function assertUnharmed(): Promise<void> {
  assert.equal(await (await fetch(`${app.site}/hi`)).text(), "hi");
  assert.deepEqual(await functions.query("messages:list"), []);
}

const send = (body: unknown) => postApi(app, "/api/mutation", body);

describe("a body that is no JSON is refused:", () => {
  for (const [name, body] of [
    ["an unfinished object", "{"],
    ["nothing", ""],
    ["two values", "{}{}"],
    ["a comma too many", '{"path":"messages:list","args":{},}'],
    ["a word that only JavaScript knows", "undefined"],
    ["a NUL", "\0"],
  ] as const) {
    it(name, () =>
      assertRefused(send(body), 400, "BadJsonBody", /^Failed to parse the request body as JSON/),
    );
  }

  it("what is not UTF-8", async () => {
    const { status, text } = await httpRequest(`${app.api}/api/query`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
    });
    assert.equal(status, 400);
    assert.match(text, /"BadJsonBody".*Failed to parse the request body as JSON/);
  });
});

describe("a body of the wrong types is refused:", () => {
  for (const [name, body, message] of [
    ["an array", [], /^Failed to deserialize the JSON body into the target type/],
    ["null", "null", /^Failed to deserialize the JSON body into the target type/],
    ["a string", '"messages:list"', /^Failed to deserialize the JSON body into the target type/],
    ["a path that is a number", { path: 5, args: {} }, /path/],
    ["no path", { args: {} }, /missing field `path`/],
    ["arguments that are a number", { path: "messages:list", args: 5 }, /args/],
    ["arguments that are null", { path: "messages:list", args: null }, /args/],
    ["a format that is a number", { path: "messages:list", args: {}, format: 5 }, /format/],
  ] as const) {
    it(name, () => assertRefused(send(body), 400, "BadJsonBody", message));
  }
});

describe("arguments that a function can't take", () => {
  const sendArgs = (args: unknown) => send({ path: "messages:send", args });

  it("of the wrong type are the function's error", async () => {
    assert.equal(
      await functions.errorOf("mutation", "messages:send", { body: 5 }),
      "ArgumentValidationError: Value does not match validator.\nPath: .body\nValue: 5.0\nValidator: v.string()\n",
    );
    await assertUnharmed();
  });

  it("that are no values of the platform are the function's error", async () => {
    for (const args of [
      { body: "x", likes: { $integer: "not base64" } },
      { body: "x", likes: { $integer: "AA==" } },
      { body: { $unknown: 1 } },
      { $body: "x" },
    ]) {
      await assertFailed(sendArgs(args), /Invalid arguments for messages\.js:send: /);
    }
    await assertUnharmed();
  });

  it("may bring a prototype along, which is one more field", async () => {
    const body = '{"path":"messages:send","args":{"body":"x","__proto__":{"likes":1}}}';
    await assertFailed(send(body), /Object contains extra field `__proto__`/);
    await assertUnharmed();
  });

  it("are refused when they are nested a hundred thousand times", async () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    for (const args of [deep, `{"a":${deep}}`]) {
      await assertFailed(send(`{"path":"messages:takeAnything","args":${args}}`), /nested/);
    }
    await assertUnharmed();
  });
});

describe("from outside", () => {
  for (const path of ["messages:nope", "nope:list", "messages:noFunction", "messages:secret", "messages"]) {
    it(`there is no ${path}`, () =>
      assertFailed(
        postApi(app, "/api/query", { path, args: {} }),
        new RegExp(`Could not find public function for '${path}'\\.`),
      ));
  }

  it("no endpoint shows what is internal", async () => {
    const call = { path: "messages:secret", args: {} };
    await assertRefused(postApi(app, "/api/function", call), 403, "BadDeployKey");
    await assertFailed(
      postApi(app, "/api/run/messages/secret", { args: {} }),
      /Could not find function for 'messages:secret'/,
    );
    const { json } = await postApi(app, "/api/query_batch", { queries: [call] });
    assert.match(JSON.stringify(json), /Could not find public function for 'messages:secret'/);
  });

  for (const path of ["../messages:list", "messages:list:x", "mess ages:list", ":", "messages\0:list"]) {
    it(`${JSON.stringify(path)} is no path of a function`, () =>
      assertRefused(postApi(app, "/api/query", { path, args: {} }), 400, "BadConvexFunctionIdentifier"));
  }
});

describe("a body for the functions API", () => {
  it("may have nearly 16 MiB, and not more", async () => {
    const sendText = (length: number) =>
      httpRequest(`${app.api}/api/mutation`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ path: "messages:takeAnything", args: { text: "x".repeat(length) } }),
      });
    const { text: taken } = await sendText(16 * MEBIBYTE - 100);
    assert.match(
      taken,
      /^\{"status":"success","value":null,"logLines":\["\[WARN\] Arguments for .* are large/,
    );
    const { status, text } = await sendText(16 * MEBIBYTE + 2000);
    assert.equal(status, 400);
    assert.match(text, /"BadJsonBody".*Failed to buffer the request body/);
  });

  it("that stops half-way runs nothing", async () => {
    const body = JSON.stringify({ path: "messages:send", args: { body: "half" } });
    const head = `POST /api/mutation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    await sendRaw(app.api, head + body.slice(0, -3), { end: true });
    await assertUnharmed();
  });
});

describe("a body for an HTTP action", () => {
  const sendHead = (headers: string) => `POST /count HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n`;

  it("may have 20 MiB", async () => {
    const body = Buffer.alloc(ACTION_LIMIT);
    const { status, text } = await httpRequest(`${app.site}/count`, { method: "POST", body });
    assert.deepEqual([status, text], [200, String(ACTION_LIMIT)]);
  });

  it("that announces more is refused before it is sent", async () => {
    const head = sendHead(`Content-Length: ${ACTION_LIMIT + 1}\r\nConnection: close`);
    const answer = await sendRaw(app.site, head, { end: true });
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /"code":"RequestBodyTooLarge"/);
  });

  it("that grows over 20 MiB chunk by chunk breaks the handler's stream", async () => {
    const chunk = Buffer.alloc(MEBIBYTE);
    const body = ReadableStream.from(Array.from({ length: 22 }, () => chunk));
    const response = await fetch(`${app.site}/count`, { method: "POST", body, duplex: "half" });
    const text = await response.text();
    const [, bytes] = /^broke after (\d+)$/.exec(text) ?? assert.fail(text);
    assert.ok(Number(bytes) <= ACTION_LIMIT, text);
    await assertUnharmed();
  });

  for (const [name, bytes, sent] of [
    ["stops half-way", 500, `${sendHead("Content-Length: 1000")}${"x".repeat(500)}`],
    ["stops inside a chunk", 7, `${sendHead("Transfer-Encoding: chunked")}5\r\nhello\r\n5\r\nhe`],
    [
      "has a chunk without a length",
      5,
      `${sendHead("Transfer-Encoding: chunked")}5\r\nhello\r\nzz\r\nhello\r\n`,
    ],
  ] as const) {
    it(`that ${name} breaks the handler's stream`, async () => {
      const from = app.output().length;
      await sendRaw(app.site, sent, { end: true });
      await app.waitForOutput(new RegExp(`body broke after ${bytes} bytes, an Error: true`), { from });
      await assertUnharmed();
    });
  }
});

describe("heads that never end are answered with 431:", () => {
  const kilobyte = "x".repeat(1000);
  for (const [name, target, headers] of [
    ["one header of 100 kB", "/hi", `X-Flood: ${kilobyte.repeat(100)}\r\n`],
    [
      "a hundred headers of 1 kB",
      "/hi",
      Array.from({ length: 100 }, (_, i) => `X-${i}: ${kilobyte}\r\n`).join(""),
    ],
    ["ten thousand short headers", "/hi", "X-A: b\r\n".repeat(10_000)],
    ["a URL of 100 kB", `/hi?${kilobyte.repeat(100)}`, ""],
  ] as const) {
    it(name, async () => {
      for (const url of [app.api, app.site]) {
        const answer = await sendRaw(url, `GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
        assert.match(answer, /^HTTP\/1\.1 431 /);
      }
      await assertUnharmed();
    });
  }
});

describe("what is hardly HTTP is answered with 400:", () => {
  const get = (headers: string) => `GET /hi HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n`;
  const post = (headers: string) => `POST /count HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n`;
  for (const [name, bytes] of [
    ["noise", "\x00\xff\x80noise\r\n\r\n"],
    ["a TLS greeting", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
    ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["an unknown version", "GET /hi HTTP/9.9\r\nHost: x\r\n\r\n"],
    ["an unknown method", "FROB /hi HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["no host", "GET /hi HTTP/1.1\r\n\r\n"],
    ["a header without a colon", get("nonsense")],
    ["a NUL in a header", get("X-A: a\0b")],
    ["two lengths", `${post("Content-Length: 1\r\nContent-Length: 2")}ab`],
    ["a length beside chunks", `${post("Content-Length: 5\r\nTransfer-Encoding: chunked")}0\r\n\r\n`],
    ["a negative length", post("Content-Length: -5")],
  ] as const) {
    it(name, async () => {
      for (const url of [app.api, app.site]) {
        assert.match(await sendRaw(url, bytes, { end: true }), /^HTTP\/1\.1 400 /);
      }
      await assertUnharmed();
    });
  }
});

describe("connections that send nothing", () => {
  it("keep nobody from being answered", async () => {
    const { hostname, port } = new URL(app.site);
    const sockets = Array.from({ length: 300 }, () => connect(Number(port), hostname));
    try {
      await Promise.all(sockets.map((socket) => once(socket, "connect")));
      await assertUnharmed();
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    await assertUnharmed();
  });
});
