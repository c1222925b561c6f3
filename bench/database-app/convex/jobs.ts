import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalMutation, internalQuery } from "./_generated/server";

/** Schedules as many jobs as `count` says, numbered from `first` on, all for one moment. */
export const schedule = internalMutation({
  args: { first: v.number(), count: v.number(), atMs: v.number() },
  handler: async (ctx, { first, count, atMs }) => {
    for (let i = 0; i < count; i++) {
      await ctx.scheduler.runAt(atMs, internal.jobs.done, { number: first + i });
    }
  },
});

export const done = internalMutation({
  args: { number: v.number() },
  handler: async (ctx, { number }) => void (await ctx.db.insert("done", { number })),
});

/** The numbers of the jobs that have run, in the order in which they did, and when. */
export const progress = internalQuery({
  args: {},
  handler: async (ctx) => {
    const documents = await ctx.db.query("done").collect();
    return {
      numbers: documents.map(({ number }) => number),
      firstMs: documents[0]?._creationTime ?? 0,
      lastMs: documents.at(-1)?._creationTime ?? 0,
    };
  },
});
