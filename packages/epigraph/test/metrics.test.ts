import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { FunctionCaller } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";
import { SyncConnection } from "./support/sync-connection.ts";

describe("dev --metrics-port", async () => {
  const app = await startApp({ copyOf: fixture("functions"), args: ["--metrics-port", "0"] });
  after(() => app.stop());
  const [, url = ""] = await app.waitForOutput(/Metrics are at (http:\S+)\n/);
  const functions = new FunctionCaller(app);

  async function metrics(): Promise<string> {
    const response = await fetch(url);
    assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    return response.text();
  }

  it("counts executions by kind, path and outcome", async () => {
    await functions.mutation("nesting:increment");
    await functions.query("queries:newestFirst");
    await functions.errorOf("query", "limits:recurses");
    const text = await metrics();
    const count = (labels: string): RegExp => new RegExp(`^epigraph_executions_total\\{${labels}\\} 1$`, "m");
    assert.match(text, count('kind="mutation",path="nesting:increment",outcome="success"'));
    assert.match(text, count('kind="query",path="queries:newestFirst",outcome="success"'));
    assert.match(text, count('kind="query",path="limits:recurses",outcome="error"'));
    assert.match(
      text,
      /^epigraph_execution_duration_seconds_count\{kind="mutation",path="nesting:increment"\} 1$/m,
    );
    assert.match(
      text,
      /^epigraph_documents_written_total\{kind="mutation",path="nesting:increment"\} [1-9]/m,
    );
    assert.match(text, /^epigraph_commit_group_size_sum 1$/m);
  });

  it("keeps no series for names that callers make up", async () => {
    await functions.errorOf("query", "made:up");
    const text = await metrics();
    assert.match(text, /^epigraph_executions_total\{kind="query",path="",outcome="error"\} 1$/m);
    assert.doesNotMatch(text, /made/);
  });

  it("tells what runs and waits, and of the runners", async () => {
    const text = await metrics();
    assert.match(text, /^epigraph_functions_running\{kind="query"\} 0$/m);
    assert.match(text, /^epigraph_functions_waiting\{kind="action"\} 0$/m);
    assert.match(text, /^epigraph_runner_jobs\{runner="runner-1"\} 0$/m);
    assert.match(text, /^epigraph_runner_deaths_total 0$/m);
    assert.match(text, /^process_resident_memory_bytes \d+/m);
    if (process.platform === "linux") {
      assert.match(text, /^epigraph_runner_resident_memory_bytes\{runner="runner-1"\} \d{7,}/m);
    }
  });

  it("tells of clients that keep queries live, and of what their results were good for", async () => {
    const clients = await Promise.all([SyncConnection.connect(app.api), SyncConnection.connect(app.api)]);
    for (const [i, client] of clients.entries()) {
      client.add(0, "nesting:names");
      await client.until(() => client.results.has(0), `a result for client ${i}`);
    }
    const text = await metrics();
    assert.match(text, /^epigraph_sync_sessions 2$/m);
    assert.match(text, /^epigraph_live_streams 0$/m);
    assert.match(text, /^epigraph_live_queries 2$/m);
    assert.match(text, /^epigraph_live_unsent_bytes 0$/m);
    assert.match(text, /^epigraph_sync_transitions_total 2$/m);
    assert.match(text, /^epigraph_query_cache_misses_total\{path="nesting:names"\} 1$/m);
    assert.match(text, /^epigraph_query_cache_hits_total\{path="nesting:names"\} 1$/m);
    await functions.mutation("nesting:parentCatches");
    await Promise.all(clients.map((client) => client.until(() => client.transitions.length === 2)));
    const later = await metrics();
    assert.match(later, /^epigraph_query_invalidations_total\{path="nesting:names"\} 1$/m);
    assert.match(later, /^epigraph_query_cache_misses_total\{path="nesting:names"\} 2$/m);
    await Promise.all(clients.map((client) => client.close()));
    // The server hears of it a moment later.
    while (!/^epigraph_sync_sessions 0$/m.test(await metrics()));
  });

  it("is on no other port", async () => {
    for (const origin of [app.api, app.site]) assert.equal((await fetch(`${origin}/metrics`)).status, 404);
    assert.equal((await fetch(new URL("/api/query", url))).status, 404);
  });
});
