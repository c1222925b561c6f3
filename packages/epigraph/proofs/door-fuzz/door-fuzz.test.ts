import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { fixture, startApp } from "../../test/support/start-app.ts";
import { type DoorFuzzReport, fuzzDoor, PROBE } from "./door-fuzz.ts";

const REQUESTS = 3000;
const SEED = 20_260_701;

describe("the door", () => {
  it("bears thousands of broken requests", { timeout: 120_000 }, async () => {
    await using app = await startApp({ copyOf: fixture("faults-requests") });
    const { statuses, findings } = await fuzzDoor(app, { requests: REQUESTS, seed: SEED });
    assert.deepEqual(findings, []);
    // The cases reach functions as well as the parser's refusals.
    for (const status of ["200", "400", "404", "405"]) assert.ok((statuses[status] ?? 0) > 20, status);
  });
});

describe("the fuzzing finds", () => {
  /** Fuzzes a server that answers what the probes ask, and everything else as it is given. */
  async function fuzzServer(answer: RequestListener): Promise<DoorFuzzReport> {
    const server = createServer((request, response) => {
      if (request.headers["user-agent"] === PROBE["user-agent"]) {
        response.end(request.url === "/hi" ? "hi" : '{"status":"success"}');
      } else answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const target = { api: url, site: url, adminKey: "key", pid: null, output: () => "" };
    try {
      return await fuzzDoor(target, { requests: 40, seed: SEED, boundMs: 500 });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it("nothing in a server that answers", async () => {
    const { findings } = await fuzzServer((_request, response) => response.end("{}"));
    assert.deepEqual(findings, []);
  });

  it("a request that is never answered", async () => {
    const { findings } = await fuzzServer((request, response) => {
      if (request.url !== "/api/query_batch") response.end("{}");
    });
    assert.match(findings.join("\n"), /case \d+: the connection hangs/);
  });

  it("a fault that is in no log", async () => {
    const body = '{"code":"InternalServerError","message":""}';
    const { findings } = await fuzzServer((_request, response) =>
      response.writeHead(500, { "content-length": body.length }).end(body),
    );
    assert.match(findings.join("\n"), /case \d+: a fault of the server is not in its log/);
  });

  it("an answer that is no JSON, and none at all", async () => {
    const { findings } = await fuzzServer((request, response) => {
      if (request.url === "/api/query") response.end("{");
      else request.socket.destroy();
    });
    assert.match(findings.join("\n"), /case \d+: the answer is no JSON/);
    assert.match(findings.join("\n"), /case \d+: no answer came/);
  });
});
