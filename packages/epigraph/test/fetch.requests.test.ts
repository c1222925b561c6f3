import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { after, describe, it } from "node:test";
import { HttpServer } from "./support/http-server.ts";
import { InThreadApp } from "./support/in-thread-app.ts";
import { fixture, readFolder } from "./support/start-app.ts";

const app = await InThreadApp.start(readFolder(fixture("fetch")));
after(() => app[Symbol.asyncDispose]());

/** Says what it was sent. */
const server = await HttpServer.start(async (request, response) => {
  if (request.url === "/takes-nothing") {
    response.end("no, thanks");
    return;
  }
  if (request.url === "/echo") {
    response.flushHeaders();
    request.pipe(response);
    return;
  }
  if (request.url === "/slow") {
    request.on("readable", () => request.read(1));
    // Reads on as soon as the sender has had time to fill whatever it could fill.
    setTimeout(() => response.end("enough"), 300);
    return;
  }
  const bytes = await buffer(request);
  response.end(
    JSON.stringify({
      method: request.method,
      headers: pairs(request),
      length: bytes.length,
      text: bytes.length < 1000 ? bytes.toString() : "",
    }),
  );
});
after(() => server[Symbol.asyncDispose]());

interface Sent {
  readonly method: string;
  readonly headers: readonly [string, string][];
  readonly length: number;
  readonly text: string;
}

function pairs({ rawHeaders }: IncomingMessage): [string, string][] {
  return rawHeaders.flatMap((name, i) =>
    i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1] as string] as [string, string]] : [],
  );
}

async function sent(kind: string, headers: object = {}): Promise<Sent> {
  return (await app.value("action", "calls:send", { url: `${server.origin}/`, kind, headers })) as Sent;
}

async function ask(init: object, path = "/"): Promise<{ text: string } | string> {
  return (await app.value("action", "calls:ask", { url: server.origin + path, init })) as { text: string };
}

function header({ headers }: Sent, name: string): string | undefined {
  return headers.find(([known]) => known === name)?.[1];
}

describe("a request", () => {
  it("has the headers that app code gave it, in order and however often, and few others", async () => {
    const headers = [
      ["X-B", "1"],
      ["x-a", "2"],
      ["X-B", "3"],
    ];
    const { text } = (await ask({ headers })) as { text: string };
    assert.deepEqual((JSON.parse(text) as Sent).headers, [
      ["host", new URL(server.origin).host],
      ["x-b", "1"],
      ["x-a", "2"],
      ["x-b", "3"],
      ["accept", "*/*"],
      ["accept-encoding", "gzip, deflate, br, zstd"],
      ["user-agent", "Epigraph"],
      ["connection", "keep-alive"],
    ]);
  });

  it("says of itself what app code wants it to say", async () => {
    const headers = { "User-Agent": "mine/1.0", Accept: "text/plain", "Accept-Encoding": "identity" };
    const { text } = (await ask({ headers })) as { text: string };
    const seen = JSON.parse(text) as Sent;
    assert.deepEqual(
      ["user-agent", "accept", "accept-encoding"].map((name) => header(seen, name)),
      ["mine/1.0", "text/plain", "identity"],
    );
  });

  it("keeps the headers of its connection to itself", async () => {
    const headers = {
      Host: "elsewhere",
      Connection: "close",
      "Transfer-Encoding": "chunked",
      "Content-Length": "5",
      Upgrade: "x",
      Expect: "100-continue",
    };
    const { text } = (await ask({ headers })) as { text: string };
    const names = (JSON.parse(text) as Sent).headers.map(([name]) => name);
    assert.deepEqual(names, ["host", "accept", "accept-encoding", "user-agent", "connection"]);
  });

  it("can be any that Request makes, whose body counts as read then", async () => {
    const [text, isUsed, again] = (await app.value("action", "calls:sendRequest", {
      url: `${server.origin}/`,
    })) as [string, boolean, string];
    const { method, text: body } = JSON.parse(text) as Sent;
    assert.deepEqual(
      [method, body, isUsed, again],
      ["PUT", "mine", true, "TypeError: body stream already read"],
    );
  });

  it("of GET or HEAD has no body", async () => {
    for (const method of ["GET", "HEAD"]) {
      assert.equal(
        await ask({ method, body: "x" }),
        "TypeError: Request with GET/HEAD method cannot have body.",
      );
    }
  });

  it("without a body says so where one could be expected", async () => {
    for (const [method, length] of [
      ["POST", "0"],
      ["PATCH", "0"],
      ["DELETE", undefined],
    ] as const) {
      const seen = JSON.parse(((await ask({ method })) as { text: string }).text) as Sent;
      assert.deepEqual(
        [header(seen, "content-length"), header(seen, "transfer-encoding")],
        [length, undefined],
      );
    }
  });

  it("goes nowhere but over HTTP", async () => {
    for (const [url, scheme] of [
      ["ftp://127.0.0.1/x", "ftp"],
      ["data:text/plain,x", "data"],
      ["file:///etc/passwd", "file"],
    ]) {
      assert.equal(
        await app.value("action", "calls:ask", { url }),
        `Error: Unsupported URL scheme -- http and https are supported (scheme was ${scheme})`,
      );
    }
  });

  it("needs a URL without credentials", async () => {
    assert.match(String(await app.value("action", "calls:ask", { url: "/relative" })), /^TypeError: /);
    assert.match(
      String(await app.value("action", "calls:ask", { url: "http://a:b@127.0.0.1/" })),
      /^TypeError: /,
    );
  });

  it("can't be made by queries and mutations", async () => {
    const refusal =
      "Error: Can't use fetch() in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.";
    assert.equal(await app.value("query", "calls:inQuery", { url: server.origin }), refusal);
    assert.equal(await app.value("mutation", "calls:inMutation", { url: server.origin }), refusal);
  });
});

describe("a body", () => {
  for (const [kind, type, text] of [
    ["text", "text/plain;charset=UTF-8", "grüße"],
    ["bytes", undefined, "bytes"],
    ["buffer", undefined, "buffer"],
    ["params", "application/x-www-form-urlencoded;charset=UTF-8", "a=1&b=x+y"],
    ["blob", "text/x-blob", "blob"],
    ["empty", "text/plain;charset=UTF-8", ""],
  ] as const) {
    it(`of ${kind} arrives with its length and type`, async () => {
      const seen = await sent(kind);
      assert.deepEqual(
        [seen.text, header(seen, "content-type"), header(seen, "content-length")],
        [text, type, String(Buffer.byteLength(text))],
      );
    });
  }

  it("of a form arrives as multipart", async () => {
    const seen = await sent("form");
    assert.match(header(seen, "content-type") ?? "", /^multipart\/form-data; boundary=/);
    assert.match(seen.text, /name="f"; filename="f\.txt"\r\nContent-Type: text\/x-note\r\n\r\ncontent\r\n/i);
  });

  it("of a stream arrives in chunks", async () => {
    const seen = await sent("stream");
    assert.deepEqual(
      [seen.text, header(seen, "transfer-encoding"), header(seen, "content-length")],
      ["one two", "chunked", undefined],
    );
  });

  it("of a stream may have a length that app code knows", async () => {
    const seen = await sent("stream", { "content-length": "7" });
    assert.deepEqual(
      [seen.text, header(seen, "transfer-encoding"), header(seen, "content-length")],
      ["one two", undefined, "7"],
    );
  });

  for (const [kind, length] of [
    ["longText", 400_000],
    ["longBytes", 3_000_000],
  ] as const) {
    it(`that is long arrives whole: ${kind}`, async () => {
      const seen = await sent(kind);
      assert.deepEqual([seen.length, header(seen, "content-length")], [length, String(length)]);
    });
  }

  for (const [kind, text] of [
    ["fails", "RangeError: no more of it"],
    ["text chunks", "TypeError: A body stream must produce Uint8Array chunks"],
    ["too short", "Error: The request's body is not as long as its content-length says"],
    ["too long", "Error: The request's body is not as long as its content-length says"],
  ] as const) {
    it(`that is a stream can break: ${kind}`, async () => {
      const url = `${server.origin}/`;
      const hasEnded = kind === "fails" || kind === "too short";
      assert.deepEqual(await app.value("action", "calls:sendBroken", { url, kind }), [text, !hasEnded]);
    });
  }

  it("is made no faster than the server reads it", async () => {
    const { made, text } = (await app.value("action", "calls:sendWithoutEnd", {
      url: `${server.origin}/slow`,
    })) as { made: number; text: string };
    assert.equal(text, "enough");
    // What the system's own buffers of the two sockets take, which is most of it.
    assert.ok(made < 16 * 1024 * 1024, `${made} bytes`);
  });

  it("ends when the server has answered without it", async () => {
    const seen = await app.value("action", "calls:sendWithoutEnd", { url: `${server.origin}/takes-nothing` });
    const { cancelled, text } = seen as { cancelled: boolean; text: string };
    assert.deepEqual([cancelled, text], [true, "no, thanks"]);
  });

  it("can go up while the answer comes down", async () => {
    assert.deepEqual(await app.value("action", "calls:pingPong", { url: `${server.origin}/echo` }), [
      ["a", "b", "c"],
      true,
    ]);
  });
});
