// The time of a query or mutation is that of its JavaScript; its syscalls have a time of their own.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import type { SnapshotSource } from "../src/store/store.ts";
import { InThreadApp } from "./support/in-thread-app.ts";

const FILES = {
  "convex/f.ts": `import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalQuery, mutation, query } from "./_generated/server";

const args = { id: v.id("t"), reads: v.number(), loops: v.number() };
export const add = mutation({ args: {}, handler: (ctx) => ctx.db.insert("t", {}) });

async function work(ctx: any, { id, reads, loops }: any): Promise<number> {
  for (let i = 0; i < reads; i++) await ctx.db.get(id);
  for (let i = 0; i < loops; i++);
  return reads;
}

export const read = query({ args, handler: work });
export const readInternal = internalQuery({ args, handler: work });
export const nested = query({
  args: { ...args, times: v.number() },
  handler: async (ctx, { times, ...args }): Promise<number | string> => {
    try {
      let sum = 0;
      for (let i = 0; i < times; i++) sum += await ctx.runQuery(internal.f.readInternal, args);
      return sum;
    } catch {
      return "caught";
    }
  },
});
export const readCaught = query({
  args,
  handler: async (ctx, args) => {
    try {
      return await work(ctx, args);
    } catch {
      return "caught";
    }
  },
});
`,
};

const FOR_EVER = 1e15;
const TIMED_OUT = "Function execution timed out (maximum duration: 1s)";

describe("the time of a transaction", () => {
  let app: InThreadApp;
  let id: string;
  /** What a read takes, of real time or of the clock of limits only. */
  let read: () => void = () => {};
  let aheadMs = 0;

  before(async () => {
    app = await InThreadApp.start(FILES, {
      wrapSnapshots: (snapshots) => watchReads(snapshots, () => read()),
      effects: { elapsedMs: () => performance.now() + aheadMs },
    });
    id = (await app.value("mutation", "f:add")) as string;
  });
  after(() => app[Symbol.asyncDispose]());
  beforeEach(() => {
    const lock = new Int32Array(new SharedArrayBuffer(4));
    read = () => void Atomics.wait(lock, 0, 0, 200);
  });

  const call = (
    path: string,
    args: { readonly reads: number; readonly loops?: number; readonly times?: number },
  ): Promise<unknown> => app.value("query", path, { id, loops: 0, ...args });

  it("is not that of its syscalls", async () => assert.equal(await call("f:read", { reads: 6 }), 6));

  it("is not that of syscalls of nested calls", async () =>
    assert.equal(await call("f:nested", { reads: 3, times: 2 }), 6));

  it("ends a loop that comes after long syscalls", async () =>
    assert.rejects(call("f:read", { reads: 2, loops: FOR_EVER }), { message: TIMED_OUT }));

  it("is that of nested calls too, and nobody can catch its end", async () => {
    await assert.rejects(call("f:nested", { reads: 0, loops: FOR_EVER, times: 1 }), { message: TIMED_OUT });
    // None of them takes all of it, all of them together take more.
    read = () => {};
    const loops = 100_000_000;
    await assert.rejects(call("f:nested", { reads: 0, loops, times: 1000 }), { message: TIMED_OUT });
  });

  it("is limited for syscalls, too, and nobody can catch that", async () => {
    read = () => {
      aheadMs += 1000;
    };
    assert.equal(await call("f:readCaught", { reads: 14 }), 14);
    await assert.rejects(call("f:readCaught", { reads: 20 }), {
      message: "Your request timed out performing too many system operations.",
    });
  });
});

/** Calls `onRead` before each read of a document that a function makes by its id. */
function watchReads(source: SnapshotSource, onRead: () => void): SnapshotSource {
  return {
    open(at) {
      const snapshot = source.open(at);
      return {
        ts: snapshot.ts,
        catalogueTs: snapshot.catalogueTs,
        get(index, key) {
          onRead();
          return snapshot.get(index, key);
        },
        scan: (...range) => snapshot.scan(...range),
        close: () => snapshot.close(),
      };
    },
    close: () => source.close(),
  };
}
