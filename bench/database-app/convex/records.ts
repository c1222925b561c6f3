import { v } from "convex/values";
import { internalMutation, internalQuery } from "./_generated/server";

export const one = internalQuery({
  args: { id: v.id("records") },
  handler: (ctx, { id }) => ctx.db.get(id),
});

/** A hundred records in the order of their insertion. */
export const inOrder = internalQuery({
  args: { createdMs: v.number() },
  handler: (ctx, { createdMs }) =>
    ctx.db
      .query("records")
      .withIndex("by_creation_time", (q) => q.gte("_creationTime", createdMs))
      .take(100),
});

/** Reads a thousand records by one range, and tells of them only how many there were. */
export const readMany = internalQuery({
  args: { createdMs: v.number() },
  handler: async (ctx, { createdMs }) => {
    const records = await ctx.db
      .query("records")
      .withIndex("by_creation_time", (q) => q.gte("_creationTime", createdMs))
      .take(1000);
    return records.length;
  },
});

export const insertMany = internalMutation({
  args: { count: v.number() },
  returns: v.null(),
  handler: async (ctx, { count }) => {
    for (let position = 0; position < count; position++) {
      await ctx.db.insert("records", {
        position,
        shuffled: Math.random(),
        text: `Record ${position}`.padEnd(100, "."),
      });
    }
    return null;
  },
});
