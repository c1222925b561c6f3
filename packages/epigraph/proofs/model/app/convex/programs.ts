import { v } from "convex/values";
import { internal } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import { internalMutation, internalQuery, type MutationCtx, mutation, query } from "./_generated/server";
import type { Op, Seen } from "./ops";

const args = { ops: v.array(v.any()) };

export const run = mutation({ args, handler: (ctx, { ops }) => runAll(ctx, ops) });
export const nested = internalMutation({ args, handler: (ctx, { ops }) => runAll(ctx, ops) });

export const list = internalQuery({
  args: { from: v.number() },
  handler: async ({ db }, { from }): Promise<[string, number][]> => {
    const found = await db
      .query("documents")
      .withIndex("by_n", (q) => q.gte("n", from))
      .collect();
    return found.map(({ name, n }) => [name, n]);
  },
});

export const everything = query(async ({ db }) =>
  (await db.query("documents").withIndex("by_n").collect()).map(({ name, n }) => [name, n]),
);

/** Leaves these documents and no others. */
export const reset = mutation({
  args: { numbers: v.array(v.number()) },
  handler: async ({ db }, { numbers }) => {
    for (const { _id } of await db.query("documents").collect()) await db.delete(_id);
    const ids = [];
    for (const [i, n] of numbers.entries()) ids.push(await db.insert("documents", { name: `old ${i}`, n }));
    return ids;
  },
});

async function runAll(ctx: MutationCtx, ops: Op[]): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const op of ops) seen.push(await runOne(ctx, op));
  return seen;
}

async function runOne(ctx: MutationCtx, op: Op): Promise<Seen> {
  switch (op.type) {
    case "together":
      return Promise.all(op.branches.map((branch) => runAll(ctx, branch)));
    case "throw":
      throw new Error("asked to");
    default:
      try {
        return await runCatching(ctx, op);
      } catch {
        return "failed";
      }
  }
}

async function runCatching(
  ctx: MutationCtx,
  op: Exclude<Op, { type: "together" } | { type: "throw" }>,
): Promise<Seen> {
  const { db } = ctx;
  switch (op.type) {
    case "insert":
      await db.insert("documents", { name: op.name, n: op.n });
      return "done";
    case "patch":
      await db.patch(op.id as Id<"documents">, { n: op.n });
      return "done";
    case "replace":
      await db.replace(op.id as Id<"documents">, { name: "replaced", n: op.n });
      return "done";
    case "delete":
      await db.delete(op.id as Id<"documents">);
      return "done";
    case "get":
      return (await db.get(op.id as Id<"documents">))?.n ?? null;
    case "list":
      // Only a mutation may ask for what was before.
      return op.stale
        ? ctx.runQuery(internal.programs.list, { from: op.from }, { useStaleSnapshot: true })
        : ctx.runQuery(internal.programs.list, { from: op.from });
    case "nested":
      return ctx.runMutation(internal.programs.nested, { ops: op.ops });
  }
}
