import assert from "node:assert/strict";
import { after, it } from "node:test";
import { FunctionCaller } from "./support/functions-api.ts";
import { HttpServer } from "./support/http-server.ts";
import { CANNOT_SEE_PROCESSES, descendantsOf, peakMemoryOf } from "./support/process-tree.ts";
import { fixture, startApp } from "./support/start-app.ts";

const BYTES = 100 * 1024 * 1024;
/** Far less than what goes through: buffers, and garbage that is not collected yet. */
const MAX_GROWTH = 64;

const app = await startApp({ copyOf: fixture("fetch") });
after(() => app.stop());
const functions = new FunctionCaller(app);

const server = await HttpServer.start((request, response) => {
  if (request.method === "POST") {
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on("end", () => response.end(String(bytes)));
    return;
  }
  const chunk = Buffer.alloc(64 * 1024);
  let written = 0;
  const goOn = (): void => {
    while (written < BYTES) {
      written += chunk.length;
      if (!response.write(chunk)) return;
    }
    response.end();
  };
  response.on("drain", goOn);
  goOn();
});
after(() => server[Symbol.asyncDispose]());

it("100 MiB go through an action in both directions at flat memory", {
  skip: CANNOT_SEE_PROCESSES,
}, async () => {
  const { origin: url } = server;
  // Whatever is loaded and grown once.
  await functions.action("calls:count", { url });
  const peak = (): number => Math.max(...descendantsOf(app.pid).map(({ pid }) => peakMemoryOf(pid)));
  const before = peak();
  assert.equal(await functions.action("calls:count", { url }), BYTES);
  assert.equal(await functions.action("calls:sendMuch", { url, bytes: BYTES }), String(BYTES));
  assert.ok(peak() - before < MAX_GROWTH, `${before} MiB before, ${peak()} MiB at the peak`);
});
