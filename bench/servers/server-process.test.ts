import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { type ServerCommand, startServerProcess } from "./server-process.ts";

function script(source: string): ServerCommand {
  return {
    file: process.execPath,
    args: ["-e", source],
    findUrl: (printed) => /listening on (\S+)\n/.exec(printed)?.[1] ?? null,
  };
}

const STAY = "setInterval(() => {}, 1000);";

for (const [stream, descriptor] of [
  ["the output", 1],
  ["the error output", 2],
  ["a pipe of its own", 3],
] as const) {
  test(`a server may say on ${stream} where it listens`, async () => {
    const write = `fs.writeSync(${descriptor}, "listening on http://here\\n");`;
    const server = await startServerProcess(script(write + STAY));
    assert.equal(server.url, "http://here");
    assert.ok(server.readyMs > 0);
    process.kill(server.pid, 0);
    await server.stop();
    assert.throws(() => process.kill(server.pid, 0), { code: "ESRCH" });
  });
}

test("a server that ends by itself is lost, with what it printed; one that is stopped is not", async () => {
  const ready = 'console.log("listening on http://here");';
  const dying = await startServerProcess(
    script(`${ready} setTimeout(() => { console.error("out of luck"); process.exit(7); }, 100);`),
  );
  await once(dying.lost, "abort");
  assert.match(String(dying.lost.reason), /ended with exit code 7:\n.*out of luck/s);
  const stopped = await startServerProcess(script(ready + STAY));
  await stopped.stop();
  assert.equal(stopped.lost.aborted, false);
});

test("a server that ends before it is ready fails with what it printed", async () => {
  const failing = script('console.error("no such port"); process.exitCode = 3;');
  await assert.rejects(startServerProcess(failing), /ended before it was ready:\nno such port/);
});

test("a program that does not exist fails to start", async () => {
  const missing = { ...script(""), file: "/nonexistent/program", args: [] };
  await assert.rejects(startServerProcess(missing), /\/nonexistent\/program can't be started: spawn /);
});
