import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readlinkSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { FunctionCaller } from "./support/functions-api.ts";
import { CANNOT_SEE_PROCESSES, descendantsOf, peakMemoryOf } from "./support/process-tree.ts";
import { fixture, startApp } from "./support/start-app.ts";

const MEBIBYTE = 1024 * 1024;
const LARGE_MIB = 200;
/** Most of what buffers and heaps grow to is there by then. */
const WARM_UP_MIB = 32;
/** Far less than the file. */
const MAX_GROWTH_MIB = 96;

/** Sends a file as fast as it is taken. @returns its id and digest. */
async function upload(
  url: string,
  mebibytes: number,
): Promise<{ readonly id: string; readonly sha256: string }> {
  const outgoing = request(url, { method: "POST", agent: false });
  const answered = once(outgoing, "response");
  const chunk = randomBytes(MEBIBYTE);
  const hash = createHash("sha256");
  for (let sent = 0; sent < mebibytes; sent++) {
    chunk.writeUInt32LE(sent);
    const piece = Buffer.from(chunk);
    hash.update(piece);
    if (!outgoing.write(piece)) await once(outgoing, "drain");
  }
  outgoing.end();
  const [incoming] = (await answered) as [IncomingMessage];
  const text = (await incoming.setEncoding("utf8").toArray()).join("");
  assert.equal(incoming.statusCode, 200, text);
  const { storageId } = JSON.parse(text) as { storageId: string };
  return { id: storageId, sha256: hash.digest("base64") };
}

async function digestOf(url: string): Promise<string> {
  const hash = createHash("sha256");
  const { body } = await fetch(url);
  for await (const chunk of body as ReadableStream<Uint8Array>) hash.update(chunk);
  return hash.digest("base64");
}

/** How many files of the store a process has open. */
function openFiles(pid: number): number {
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return "";
    }
  });
  return links.filter((link) => /\/files\/[0-9a-f]{2}\//.test(link)).length;
}

describe("URLs of files", () => {
  it("hold no file open for clients that have gone before they got any of it", {
    skip: CANNOT_SEE_PROCESSES,
  }, async () => {
    await using app = await startApp({ copyOf: fixture("storage") });
    const functions = new FunctionCaller(app);
    const { id } = await upload((await functions.mutation("files:uploadUrl")) as string, 1);
    const url = new URL((await functions.query("files:url", { id })) as string);
    for (let i = 0; i < 100; i++) {
      const socket = connect(Number(url.port), url.hostname);
      socket.on("error", () => {});
      socket.write(`GET ${url.pathname} HTTP/1.1\r\nHost: here\r\n\r\n`, () => socket.destroy());
      await once(socket, "close");
    }
    assert.equal((await (await fetch(url)).arrayBuffer()).byteLength, MEBIBYTE);
    while (openFiles(app.pid) > 0) await sleep(20);
  });
});

describe("upload URLs", () => {
  it("take a large file, and its URL gives it, in little memory", {
    skip: CANNOT_SEE_PROCESSES,
  }, async () => {
    await using app = await startApp({ copyOf: fixture("storage") });
    const functions = new FunctionCaller(app);
    const peakMemory = (): number =>
      [app.pid, ...descendantsOf(app.pid).map(({ pid }) => pid)].reduce(
        (sum, pid) => sum + peakMemoryOf(pid),
        0,
      );
    const through = async (mebibytes: number): Promise<void> => {
      const { id, sha256 } = await upload((await functions.mutation("files:uploadUrl")) as string, mebibytes);
      const document = (await functions.query("files:document", { id })) as Record<string, unknown>;
      assert.deepEqual([document["size"], document["sha256"]], [mebibytes * MEBIBYTE, sha256]);
      assert.equal(await digestOf((await functions.query("files:url", { id })) as string), sha256);
    };
    await through(WARM_UP_MIB);
    const before = peakMemory();
    await through(LARGE_MIB);
    const growth = Math.round(peakMemory() - before);
    assert.ok(growth < MAX_GROWTH_MIB, `grew by ${growth} MiB`);
  });

  it("are below the public URL of the deployment, and so are those of files", async () => {
    await using app = await startApp({
      copyOf: fixture("storage"),
      env: { CONVEX_CLOUD_ORIGIN: "https://files.example/backend/" },
    });
    const functions = new FunctionCaller(app);
    const url = new URL((await functions.mutation("files:uploadUrl")) as string);
    assert.equal(url.origin + url.pathname, "https://files.example/backend/api/storage/upload");
    const response = await fetch(`${app.api}/api/storage/upload${url.search}`, { method: "POST", body: "x" });
    const { storageId } = (await response.json()) as { storageId: string };
    const file = (await functions.query("files:url", { id: storageId })) as string;
    assert.match(file, /^https:\/\/files\.example\/backend\/api\/storage\/[0-9a-f-]{36}$/);
  });

  it("of a server that is killed in the middle: what it acknowledged is there, whole, and nothing else", async () => {
    await using app = await startApp({ copyOf: fixture("storage") });
    const acknowledged = new Map<string, string>();
    for (let round = 1; round <= 2; round++) {
      const url = (await new FunctionCaller(app).mutation("files:uploadUrl")) as string;
      const killAt = acknowledged.size + round * 20;
      let killed: Promise<string> | null = null;
      const one = async (): Promise<void> => {
        const bytes = randomBytes(30_000);
        try {
          const response = await fetch(url, { method: "POST", body: bytes });
          const { storageId } = (await response.json()) as { storageId: string };
          acknowledged.set(storageId, createHash("sha256").update(bytes).digest("base64"));
          if (acknowledged.size === killAt) killed = app.kill("SIGKILL");
        } catch {
          // The connection broke.
        }
      };
      while (killed === null) await Promise.all(Array.from({ length: 8 }, one));
      assert.equal(await killed, "SIGKILL");
      await app.start();
    }
    const functions = new FunctionCaller(app);
    const count = (await functions.query("files:count")) as number;
    assert.ok(count >= acknowledged.size && count <= acknowledged.size + 16, `${count} files`);
    for (const [id, sha256] of acknowledged) {
      assert.equal(await digestOf((await functions.query("files:url", { id })) as string), sha256);
    }
    const [, id] = [...acknowledged.keys()];
    await functions.mutation("files:remove", { id });
    assert.equal(await functions.query("files:url", { id }), null);
  });
});
