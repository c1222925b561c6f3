import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
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
