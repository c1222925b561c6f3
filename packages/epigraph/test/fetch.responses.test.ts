import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { after, describe, it } from "node:test";
import zlib from "node:zlib";
import { HttpServer } from "./support/http-server.ts";
import { InThreadApp } from "./support/in-thread-app.ts";
import { fixture, readFolder } from "./support/start-app.ts";

const app = await InThreadApp.start(readFolder(fixture("fetch")));
after(() => app[Symbol.asyncDispose]());

const MANY_BYTES = 64 * 1024 * 1024;
let writtenBytes = 0;

/** Writes as fast as the other side takes it. */
function writeMuch(response: ServerResponse): void {
  const chunk = Buffer.alloc(64 * 1024);
  writtenBytes = 0;
  const goOn = (): void => {
    while (writtenBytes < MANY_BYTES && !response.destroyed) {
      writtenBytes += chunk.length;
      if (!response.write(chunk)) return;
    }
    response.end();
  };
  response.on("drain", goOn);
  goOn();
}

const LONG = "long ".repeat(100_000);

const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "/headers": (response) => {
    const lines = ["X-B", "1", "Set-Cookie", "a=1", "X-A", "2", "Set-Cookie", "b=2", "X-B", "3"];
    response.writeHead(201, "Made", [...lines, "Content-Length", "2"]).end("hi");
  },
  "/teapot": (response) => void response.writeHead(418).end("short and stout"),
  "/beyond": (response) => void response.writeHead(999).end("denied"),
  "/no-content": (response) => void response.writeHead(204).end(),
  "/chunked": (response) => {
    response.write("one ");
    setTimeout(() => response.end("two"), 10);
  },
  "/gzip": (response) => coded(response, "gzip", zlib.gzipSync(LONG)),
  "/x-gzip": (response) => coded(response, "x-gzip", zlib.gzipSync(LONG)),
  "/deflate": (response) => coded(response, "deflate", zlib.deflateSync(LONG)),
  "/br": (response) => coded(response, "br", zlib.brotliCompressSync(LONG)),
  "/zstd": (response) => coded(response, "zstd", zlib.zstdCompressSync(LONG)),
  "/twice": (response) => coded(response, "br, gzip", zlib.gzipSync(zlib.brotliCompressSync(LONG))),
  "/unknown-coding": (response) => coded(response, "mine", Buffer.from("as it is")),
  "/not-gzip": (response) => coded(response, "gzip", Buffer.from("no gzip at all")),
  "/many": writeMuch,
  "/breaks": (response) => {
    response.writeHead(200, { "content-length": "100" }).write("part");
    setTimeout(() => response.destroy(), 10);
  },
  "/large-head": (response) => void response.writeHead(200, { "x-large": "x".repeat(70_000) }).end(),
};

function coded(response: ServerResponse, coding: string, body: Buffer): void {
  response.writeHead(200, { "content-encoding": coding, "content-length": body.length }).end(body);
}

const server = await HttpServer.start((request, response) => answers[request.url as string]?.(response));
after(() => server[Symbol.asyncDispose]());

interface Seen {
  readonly status: number;
  readonly statusText: string;
  readonly ok: boolean;
  readonly redirected: boolean;
  readonly type: string;
  readonly url: string;
  readonly headers: readonly [string, string][];
  readonly hasBody: boolean;
  readonly text: string;
}

async function ask(path: string, init: object = {}): Promise<Seen> {
  return (await app.value("action", "calls:ask", { url: server.origin + path, init })) as Seen;
}

describe("an answer", () => {
  it("has the server's status and headers, in order and however often", async () => {
    const { headers, ...rest } = await ask("/headers#part");
    assert.deepEqual(
      headers.filter(([name]) => name !== "date" && name !== "connection" && name !== "keep-alive"),
      [
        ["x-b", "1"],
        ["set-cookie", "a=1"],
        ["x-a", "2"],
        ["set-cookie", "b=2"],
        ["x-b", "3"],
        ["content-length", "2"],
      ],
    );
    assert.deepEqual(rest, {
      ...{ status: 201, statusText: "Made", ok: true, redirected: false, type: "basic", bodyUsed: false },
      ...{ url: `${server.origin}/headers`, hasBody: true, text: "hi" },
    });
  });

  it("is one whatever its status", async () => {
    for (const [path, status, text] of [
      ["/teapot", 418, "short and stout"],
      ["/beyond", 999, "denied"],
    ] as const) {
      const seen = await ask(path);
      assert.deepEqual([seen.status, seen.ok, seen.text], [status, false, text]);
    }
  });

  it("has no body where there can be none", async () => {
    assert.deepEqual(
      [(await ask("/no-content")).hasBody, (await ask("/headers", { method: "HEAD" })).hasBody],
      [false, false],
    );
  });

  it("can come in chunks", async () => assert.equal((await ask("/chunked")).text, "one two"));

  it("can be cloned", async () => {
    const url = `${server.origin}/chunked`;
    assert.deepEqual(await app.value("action", "calls:cloned", { url }), ["one two", "one two"]);
  });

  for (const coding of ["gzip", "x-gzip", "deflate", "br", "zstd", "twice"]) {
    it(`is read without its coding, and has no headers that tell of it: ${coding}`, async () => {
      const { text, headers } = await ask(`/${coding}`);
      const names = headers.map(([name]) => name);
      assert.deepEqual(
        [text === LONG, names.includes("content-encoding"), names.includes("content-length")],
        [true, false, false],
      );
    });
  }

  it("whose coding is unknown stays as it is", async () => {
    const { text, headers } = await ask("/unknown-coding");
    const header = headers.find(([name]) => name === "content-encoding")?.[1];
    assert.deepEqual([text, header], ["as it is", "mine"]);
  });

  it("whose coding is a lie can't be read", async () =>
    assert.equal((await ask("/not-gzip")).text, "Error: incorrect header check"));

  it("that breaks off can't be read", async () =>
    assert.equal(
      (await ask("/breaks")).text,
      "Error: The connection was closed before the whole response had arrived",
    ));

  it("has a head of 64 KiB at most", async () =>
    assert.equal(await ask("/large-head"), "Error: Parse Error: Header overflow"));
});

describe("a reader", () => {
  it("gets all there is", async () =>
    assert.equal(await app.value("action", "calls:count", { url: `${server.origin}/many` }), MANY_BYTES));

  it("that does not read stops the server", async () => {
    const url = `${server.origin}/many`;
    assert.equal(await app.value("action", "calls:readOne", { url, waitMs: 300 }), true);
    // What the system's own buffers of the two sockets take, which is most of it.
    assert.ok(writtenBytes < 16 * 1024 * 1024, `${writtenBytes} bytes`);
  });
});

describe("an answer passed on by an HTTP action", () => {
  const to = (path: string): string => `?to=${encodeURIComponent(server.origin + path)}`;

  async function read(body: unknown): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  it("has its status, headers and body", async () => {
    const outcome = await app.http("POST", `/proxy/${to("/teapot")}`, { body: Buffer.from("mine") });
    assert.equal(outcome.type, "response");
    if (outcome.type !== "response") return;
    assert.deepEqual([outcome.status, await read(outcome.body)], [418, "short and stout"]);
  });

  it("needs no coding", async () => {
    const outcome = await app.http("GET", `/proxy/${to("/gzip")}`);
    assert.equal(outcome.type, "response");
    if (outcome.type !== "response") return;
    const names = outcome.headers.map(([name]) => name);
    assert.deepEqual(
      [(await read(outcome.body)) === LONG, names.includes("content-encoding")],
      [true, false],
    );
  });
});
