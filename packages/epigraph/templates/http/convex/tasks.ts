import { v } from "convex/values";
import { internalMutation, query } from "./_generated/server";

/** What is to be done, the oldest first. */
export const list = query({
  args: {},
  handler: (ctx) =>
    ctx.db
      .query("tasks")
      .withIndex("by_done", (q) => q.eq("isDone", false))
      .take(100),
});

export const add = internalMutation({
  args: { text: v.string() },
  handler: (ctx, { text }) => ctx.db.insert("tasks", { text, isDone: false }),
});

/** @returns false when there is no such task. */
export const finish = internalMutation({
  args: { id: v.string() },
  handler: async (ctx, { id }) => {
    const task = ctx.db.normalizeId("tasks", id);
    if (task === null || (await ctx.db.get(task)) === null) return false;
    await ctx.db.patch(task, { isDone: true });
    return true;
  },
});
