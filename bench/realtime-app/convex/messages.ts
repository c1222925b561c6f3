import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

export const send = mutation({
  args: { channel: v.number(), body: v.string() },
  returns: v.null(),
  handler: async (ctx, message) => {
    await ctx.db.insert("messages", message);
    return null;
  },
});

/** The last ten of a channel. */
export const latest = query({
  args: { channel: v.number() },
  handler: async (ctx, { channel }) =>
    (
      await ctx.db
        .query("messages")
        .withIndex("by_channel", (q) => q.eq("channel", channel))
        .order("desc")
        .take(10)
    ).map(({ body }) => body),
});
