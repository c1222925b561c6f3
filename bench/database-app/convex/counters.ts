import { v } from "convex/values";
import { internalMutation, internalQuery } from "./_generated/server";

export const increment = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const counter = await ctx.db.query("counters").first();
    if (counter === null) await ctx.db.insert("counters", { value: 1 });
    else await ctx.db.patch(counter._id, { value: counter.value + 1 });
    return null;
  },
});

export const value = internalQuery({
  args: {},
  handler: async (ctx) => (await ctx.db.query("counters").first())?.value ?? 0,
});
