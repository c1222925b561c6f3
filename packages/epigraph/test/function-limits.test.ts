import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { DeployedApp } from "./support/deployed-app.ts";
import { HttpServer } from "./support/http-server.ts";

const FILES = {
  "convex/f.ts": `import { v } from "convex/values";
import { action, query } from "./_generated/server";

export const wait = action({
  args: { url: v.string() },
  handler: async (_ctx, { url }) => (await fetch(url)).text(),
});
export const loop = query({
  args: {},
  handler: () => {
    for (;;);
  },
});
export const nothing = action({ args: {}, handler: () => "nothing" });
`,
  "convex/n.ts": `"use node";
import { v } from "convex/values";
import { action } from "./_generated/server";

export const wait = action({
  args: { url: v.string() },
  handler: async (_ctx, { url }) => (await fetch(url)).text(),
});
`,
};

describe("limits that an operator sets", async () => {
  const app = await DeployedApp.start({
    files: FILES,
    packages: ["convex", "@types/node"],
    functionLimits: {
      concurrent: { query: 1, mutation: 1, action: 1 },
      transactionMs: 2_000,
      actionMs: 3_000,
      nodeActionMs: 2_000,
    },
  });
  after(() => app[Symbol.asyncDispose]());
  const failure = async (path: string, args: object): Promise<string> => {
    const answer = await app.post("/api/function", { path, args, format: "json" });
    return ((await answer.json()) as { errorMessage: string }).errorMessage;
  };

  it("are those of a query's time", async () => {
    assert.match(await failure("f:loop", {}), /Function execution timed out \(maximum duration: 2s\)/);
  });

  it("are those of an action's time, in either runtime", async () => {
    await using silent = await HttpServer.start(() => {});
    assert.match(
      await failure("f:wait", { url: silent.origin }),
      /Function execution timed out \(maximum duration: 3s\)/,
    );
    assert.match(
      await failure("n:wait", { url: silent.origin }),
      /Action `wait` execution timed out \(maximum duration 2s\)/,
    );
  });
});

it("who is one too many for a limit is told so, with the limit", async () => {
  await using app = await DeployedApp.start({
    files: FILES,
    packages: ["convex", "@types/node"],
    functionLimits: { concurrent: { query: 1, mutation: 1, action: 1 } },
  });
  const asked = Promise.withResolvers<() => void>();
  await using gate = await HttpServer.start((_request, response) =>
    asked.resolve(() => void response.end("open")),
  );
  const first = app.run("action", "f:wait", { url: gate.origin });
  const open = await asked.promise;
  const refused = await app.post("/api/action", { path: "f:nothing", args: {} });
  assert.equal(refused.status, 429);
  assert.deepEqual(await refused.json(), {
    code: "TooManyConcurrentRequests",
    message:
      "Too many concurrent requests. Your backend is limited to 1 concurrent actions. Call again later.",
  });
  const second = app.run("action", "f:nothing");
  open();
  assert.deepEqual(await Promise.all([first, second]), ["open", "nothing"]);
});
