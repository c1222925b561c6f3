import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, describe, test } from "node:test";
import { autocannon, sendAmount } from "./autocannon.ts";
import type { LoadGenerator } from "./load-generator.ts";
import type { HttpRequest } from "./workloads.ts";
import { findWrk } from "./wrk.ts";

const folder = mkdtempSync(join(tmpdir(), "bench-"));
after(() => rmSync(folder, { recursive: true }));

const wrk = await findWrk(folder);
const peersInstalled = existsSync(join(import.meta.dirname, "../peers/node_modules/autocannon"));

describe("wrk", { skip: wrk === null ? "wrk is not installed" : false }, () => testLoadGenerator(() => wrk!));
describe("autocannon", { skip: peersInstalled ? false : "the peers are not installed" }, () => {
  testLoadGenerator(autocannon);

  test("sends a given number of requests and no more", async () => {
    await using server = await startRecorder();
    const { answered, failed } = await sendAmount({ ...LOAD, url: server.url }, 100);
    assert.deepEqual([answered, failed, server.received.length], [100, 0, 100]);
  });
});

const REQUESTS: readonly HttpRequest[] = [
  { method: "GET", path: "/a?b=c+d", body: null },
  { method: "POST", path: "/e", body: '{"text":"with\\ttab and \\"quotes\\""}' },
];

const LOAD = {
  requests: REQUESTS,
  connections: 2,
  seconds: 1,
  signal: new AbortController().signal,
};

/** What every load generator must do. */
function testLoadGenerator(open: () => LoadGenerator): void {
  test("sends the requests in turn, bodies as JSON, and counts the answers", async () => {
    await using server = await startRecorder();
    const outcome = await open().run({ ...LOAD, url: server.url });
    assert.equal(outcome.failed, 0);
    const [first, second] = server.received.toSorted();
    assert.equal(first, "GET /a?b=c+d undefined ");
    assert.equal(second, first, "requests repeat");
    const posts = server.received.filter((request) => request.startsWith("POST"));
    assert.equal(new Set(posts).size, 1);
    assert.equal(posts[0], `POST /e application/json ${REQUESTS[1]!.body}`);
    assert.ok(Math.abs(posts.length * 2 - server.received.length) <= 2, "both are sent equally often");
    const dropped = server.received.length - outcome.answered;
    assert.ok(
      outcome.answered > 0 && dropped >= 0 && dropped <= 2,
      `${dropped} requests are not accounted for`,
    );
  });

  test("an answer that is no success counts as failed", async () => {
    await using server = await startRecorder(500);
    const outcome = await open().run({ ...LOAD, url: server.url });
    assert.equal(outcome.answered, 0);
    assert.ok(outcome.failed > 0);
  });

  test("a run can be ended from outside", async () => {
    await using server = await startRecorder();
    const reason = new Error("the server is gone");
    const controller = new AbortController();
    const startMs = performance.now();
    setTimeout(() => controller.abort(reason), 300);
    const run = open().run({ ...LOAD, url: server.url, seconds: 60, signal: controller.signal });
    await assert.rejects(run, reason);
    assert.ok(performance.now() - startMs < 10_000);
  });

  test("latencies are those of the server", async () => {
    await using server = await startRecorder(200, 50);
    const outcome = await open().run({ ...LOAD, url: server.url });
    assert.ok(outcome.p50Ms >= 45 && outcome.p50Ms < 200, `p50 is ${outcome.p50Ms}`);
    assert.ok(outcome.p99Ms >= outcome.p50Ms);
    assert.ok(outcome.seconds >= 0.9 && outcome.seconds < 3, `it took ${outcome.seconds} s`);
  });
}

/** A server that keeps account of what it receives. */
async function startRecorder(
  status: number = 200,
  delayMs: number = 0,
): Promise<AsyncDisposable & { readonly url: string; readonly received: readonly string[] }> {
  const received: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    received.push(`${request.method} ${request.url} ${request.headers["content-type"]} ${body}`);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    response.writeHead(status).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
