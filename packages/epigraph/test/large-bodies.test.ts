import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { sendRaw } from "../src/server/testing/test-server.ts";
import { CANNOT_SEE_PROCESSES, descendantsOf, peakMemoryOf } from "./support/process-tree.ts";
import { fixture, startApp } from "./support/start-app.ts";

const MEBIBYTE = 1024 * 1024;
const LIMIT_MIB = 1024;
const LARGE_MIB = 256;
/** Most of what buffers and heaps grow to is there by then. */
const WARM_UP_MIB = 32;
/** Less than one body in one of the processes: heaps are collected late, and by far not at the same time. */
const MAX_GROWTH_MIB = 192;

const app = await startApp({ copyOf: fixture("large-bodies"), args: ["--max-body", String(LIMIT_MIB)] });
after(() => app.stop());

/** Sends a body as fast as it is taken. @returns the answer's text. */
async function upload(path: string, mebibytes: number): Promise<string> {
  const outgoing = request(app.site + path, { method: "POST", agent: false });
  const answered = once(outgoing, "response");
  const chunk = Buffer.alloc(MEBIBYTE, "x");
  for (let sent = 0; sent < mebibytes; sent++) {
    if (!outgoing.write(chunk)) await once(outgoing, "drain");
  }
  outgoing.end();
  const [incoming] = (await answered) as [IncomingMessage];
  return (await incoming.setEncoding("utf8").toArray()).join("");
}

/** @returns how many bytes the body has. */
async function download(mebibytes: number): Promise<number> {
  const { body } = await fetch(`${app.site}/download?mebibytes=${mebibytes}`);
  let bytes = 0;
  for await (const chunk of body as ReadableStream<Uint8Array>) bytes += chunk.length;
  return bytes;
}

/** The most memory that each of the server's processes has had, together. */
function peakMemory(): number {
  return [app.pid, ...descendantsOf(app.pid).map(({ pid }) => pid)].reduce(
    (sum, pid) => sum + peakMemoryOf(pid),
    0,
  );
}

describe("bodies larger than the usual limit, which the deployment allows,", () => {
  it("pass in both directions, whole, in little memory", { skip: CANNOT_SEE_PROCESSES }, async () => {
    await upload("/count", WARM_UP_MIB);
    await download(WARM_UP_MIB);
    const before = peakMemory();
    assert.equal(await upload("/count", LARGE_MIB), String(LARGE_MIB * MEBIBYTE));
    assert.equal(await download(LARGE_MIB), LARGE_MIB * MEBIBYTE);
    const growth = Math.round(peakMemory() - before);
    assert.ok(growth < MAX_GROWTH_MIB, `grew by ${growth} MiB`);
  });

  it("are made only as fast as their reader takes them", async () => {
    const madeBytes = (): number => (app.output().match(/'made one MiB'/g) ?? []).length * MEBIBYTE;
    const outgoing = request(`${app.site}/download?mebibytes=100&tell=1`, { agent: false }).end();
    const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
    incoming.pause();
    for (let seen = -1; seen !== madeBytes(); await sleep(500)) seen = madeBytes();
    // What the system's own buffers hold, and 256 KiB on each of our ways.
    assert.ok(madeBytes() < 50 * MEBIBYTE, `${madeBytes()} bytes were made`);
    let bytes = 0;
    for await (const chunk of incoming) bytes += (chunk as Buffer).length;
    assert.equal(bytes, 100 * MEBIBYTE);
  });

  it("are taken only as fast as their reader reads them", async () => {
    const outgoing = request(`${app.site}/wait-then-count`, { method: "POST", agent: false });
    const answered = once(outgoing, "response");
    const chunk = Buffer.alloc(MEBIBYTE);
    let sent = 0;
    let isFull = false;
    while (!isFull && sent++ < 100) {
      if (!outgoing.write(chunk))
        isFull = await Promise.race([once(outgoing, "drain").then(() => false), sleep(500, true)]);
    }
    assert.ok(isFull && sent < 50, `${sent} MiB were taken though nobody read`);
    outgoing.end();
    // The handler goes on once it is told to.
    assert.equal(await (await fetch(`${app.site}/go-on`)).text(), "ok");
    const [incoming] = (await answered) as [IncomingMessage];
    assert.equal((await incoming.setEncoding("utf8").toArray()).join(""), String(sent * MEBIBYTE));
  });

  it("are refused from the limit of the deployment on", async () => {
    const head = `POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: ${LIMIT_MIB * MEBIBYTE + 1}\r\nConnection: close\r\n\r\n`;
    assert.match(await sendRaw(app.site, head, { end: true }), /^HTTP\/1\.1 413 /);
  });
});
