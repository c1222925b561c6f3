import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Disconnect } from "../src/functions/calls.ts";
import { HttpServer } from "./support/http-server.ts";
import { InThreadApp } from "./support/in-thread-app.ts";
import { selfSigned } from "./support/self-signed.ts";
import { fixture, readFolder } from "./support/start-app.ts";

const app = await InThreadApp.start(readFolder(fixture("fetch")));
after(() => app[Symbol.asyncDispose]());

/** Requests that have no whole answer yet, and how many there have been. */
let open = 0;
let total = 0;
let closed: () => void = () => {};

/** `/silent` never answers, `/stuck` stops in the middle of its body. */
const server = await HttpServer.start((request, response) => {
  open++;
  total++;
  response.once("close", () => {
    open--;
    closed();
  });
  if (request.url === "/stuck") response.write("part");
  else if (request.url !== "/silent") response.end("done");
});
after(() => server[Symbol.asyncDispose]());

/** Waits until the server has nothing under way. */
async function nothingOpen(): Promise<void> {
  while (open > 0) {
    await new Promise<void>((resolve) => {
      closed = resolve;
    });
  }
}

function abort(when: string, path: string): Promise<unknown> {
  return app.value("action", "calls:abort", { url: server.origin + path, when });
}

const ABORTED = "AbortError: The operation was aborted";

describe("a signal", () => {
  it("that is aborted already sends nothing", async () => {
    const before = total;
    assert.equal(await abort("before", "/silent"), ABORTED);
    assert.equal(total, before);
  });

  it("ends what waits for an answer, at the server too", async () => {
    assert.equal(await abort("before the head", "/silent"), ABORTED);
    await nothingOpen();
  });

  it("has its own reason", async () => {
    assert.equal(await abort("with reason", "/silent"), "RangeError: enough of it");
    assert.equal(await abort("timeout", "/silent"), "TimeoutError: The operation timed out");
    await nothingOpen();
  });

  it("ends what reads an answer, at the server too", async () => {
    assert.deepEqual(await abort("while reading", "/stuck"), [200, ABORTED]);
    assert.deepEqual(await abort("before reading", "/stuck"), [200, ABORTED]);
    await nothingOpen();
  });

  it("ends what is being sent, and its stream is told", async () => {
    const url = `${server.origin}/silent`;
    assert.deepEqual(await app.value("action", "calls:abortUpload", { url }), [ABORTED, "AbortError"]);
    await nothingOpen();
  });

  it("of a request that an HTTP action answers ends with its client", async () => {
    const disconnect = new Disconnect();
    const from = app.events.length;
    const before = total;
    const path = `/tied?to=${encodeURIComponent(`${server.origin}/silent`)}`;
    const outcome = app.http("GET", path, { disconnect });
    while (total === before) await sleep(5);
    disconnect.abort();
    await outcome.catch(() => {});
    await nothingOpen();
    const lines = app.events.slice(from).flatMap((event) => ("lines" in event ? event.lines : []));
    assert.ok(lines.some(({ text }) => text === "'tied' 'AbortError'"));
  });
});

describe("the end of an action", () => {
  async function logLinesOf(path: string, args: object): Promise<readonly string[]> {
    const outcome = await app.call("action", path, args);
    assert.equal(outcome.status, "success");
    return outcome.logLines;
  }

  it("ends the requests that it left alone, and says so", async () => {
    const url = `${server.origin}/silent`;
    assert.deepEqual(await logLinesOf("calls:leaveAlone", { url, count: 2 }), [
      "[WARN] 2 unawaited operation(s): [fetch, fetch]. Async operations should be awaited or they might not run. See https://docs.convex.dev/functions/actions#dangling-promises for more information.",
    ]);
    await nothingOpen();
  });

  it("ends the bodies that nobody read", async () => {
    assert.deepEqual(await logLinesOf("calls:leaveBody", { url: `${server.origin}/stuck` }), []);
    await nothingOpen();
  });
});

describe("the network", () => {
  it("that has no server there gives its reason", async () => {
    const free = await HttpServer.start(() => {});
    await free[Symbol.asyncDispose]();
    const { host } = new URL(free.origin);
    assert.equal(
      await app.value("action", "calls:ask", { url: free.origin }),
      `Error: connect ECONNREFUSED ${host}`,
    );
  });

  it("with a certificate that nobody trusts gives its reason", async () => {
    await using secure = await HttpServer.startSecure(selfSigned, (_request, response) => response.end());
    assert.equal(
      await app.value("action", "calls:ask", { url: secure.origin }),
      "Error: self-signed certificate",
    );
  });

  it("that breaks off before an answer, or talks otherwise, gives its reason", async () => {
    for (const [sends, reason] of [
      ["", "Error: socket hang up"],
      ["SSH-2.0-x\r\n", "Error: Parse Error: Expected HTTP/, RTSP/ or ICE/"],
      [
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
        "Error: socket hang up",
      ],
    ] as const) {
      await using raw = await rawServer((socket) => socket.once("data", () => socket.end(sends)));
      assert.equal(await app.value("action", "calls:ask", { url: raw.origin }), reason);
    }
  });

  it("whose server closes a kept connection gets what can be sent again a second time", async () => {
    let requests = 0;
    await using raw = await rawServer((socket) =>
      socket.on("data", () => {
        requests++;
        // The second one on a connection finds it closed.
        if (requests === 2) socket.resetAndDestroy();
        else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      }),
    );
    const ask = (method: string): Promise<unknown> =>
      app.value("action", "calls:ask", { url: raw.origin, init: { method } });
    assert.equal(((await ask("GET")) as { text: string }).text, "ok");
    assert.equal(((await ask("GET")) as { text: string }).text, "ok");
    assert.equal(requests, 3);
    requests = 1;
    assert.equal(await ask("POST"), "Error: read ECONNRESET");
    assert.equal(requests, 2);
  });
});

describe("requests at once", () => {
  it("are 1000 at most in one action", async () => {
    const url = `${server.origin}/silent`;
    assert.equal(
      await app.value("action", "calls:tooMany", { url, count: 1001 }),
      "Error: Too many concurrent operations. See https://docs.convex.dev/functions/actions#limits for more information.",
    );
    await nothingOpen();
  });
});

interface RawServer extends AsyncDisposable {
  readonly origin: string;
}

/** A server that speaks no HTTP by itself. */
async function rawServer(connect: (socket: Socket) => void): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    connect(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
