import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { RawConnection } from "./testing/raw-connection.ts";
import { respondText, TestServer } from "./testing/test-server.ts";

const LENGTH = 1_000_000;
const PIECES = 10;

let server: TestServer;
before(async () => {
  server = await TestServer.start();
  server.functions.runHttpAction = (call) => {
    const body = call.body as AsyncIterable<Uint8Array>;
    void body[Symbol.asyncIterator]().return?.();
    return respondText("not read")(call);
  };
});
after(() => server[Symbol.asyncDispose]());

for (const connection of ["close", "keep-alive"]) {
  for (const [name, path, status] of [
    ["an endpoint that refuses it", "/api/query", 400],
    ["an HTTP action that does not read it", "/http/unread", 200],
  ] as const) {
    test(`a client that is still sending gets the answer of ${name} (Connection: ${connection})`, {
      timeout: 10_000,
    }, async () => {
      const { hostname, port } = new URL(server.api);
      const socket = connect(Number(port), hostname);
      // Rejects when the connection breaks, and with it whatever is awaited.
      const isClosed = once(socket, "close");
      let answer = "";
      socket.setEncoding("latin1").on("data", (text: string) => {
        answer += text;
      });
      const until = async (isThere: () => boolean): Promise<void> => {
        while (!isThere()) await Promise.race([sleep(5), isClosed]);
      };
      const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\nContent-Length: ${LENGTH}\r\n\r\n`;
      socket.write(head);
      await until(() => answer.includes("\r\n\r\n"));
      for (let i = 0; i < PIECES; i++) {
        assert.ok(!socket.destroyed, "the server closed the connection");
        socket.write("x".repeat(LENGTH / PIECES));
        await Promise.race([sleep(5), isClosed]);
      }
      if (connection === "keep-alive") {
        socket.write("GET /version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        await until(() => answer.endsWith("1.2.3"));
      }
      await isClosed;
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
    });
  }
}

test("closing waits for no body whose request is answered, and for one that runs as long as it may", {
  timeout: 8_000,
}, async () => {
  const GRACE_MS = 15_000;
  await using closing = await TestServer.start({ limits: { closeGraceMs: GRACE_MS } });
  const isRunning = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  closing.functions.runHttpAction = async (call) => {
    if (call.path === "/running") {
      isRunning.resolve();
      await mayEnd.promise;
    }
    return respondText("answered")(call);
  };
  const head = (path: string): string => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n`;
  const unread = new RawConnection(closing.site);
  unread.send(head("/unread"));
  const running = new RawConnection(closing.site);
  running.send(head("/running"));
  const refused = new RawConnection(closing.api);
  refused.send(head("/api/query"));
  await unread.until(/answered$/);
  await refused.until(/HTTP\/1\.1 400 /);
  await isRunning.promise;
  const closed = closing.close();
  await Promise.all([unread.closed, refused.closed]);
  assert.equal(running.isClosed, false);
  mayEnd.resolve();
  await closed;
  assert.match(await running.closed, /answered$/);
});
