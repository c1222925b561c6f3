import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

const SHOWN = 50;

/** The latest messages, the newest last. Whoever watches sees new ones at once. */
export const list = query({
  args: {},
  handler: async (ctx) => (await ctx.db.query("messages").order("desc").take(SHOWN)).reverse(),
});

export const send = mutation({
  args: { author: v.string(), body: v.string() },
  handler: async (ctx, { author, body }) => {
    await ctx.db.insert("messages", { author, body });
  },
});
