import { v } from "convex/values";
import { internalMutation, internalQuery } from "./_generated/server";

export const send = internalMutation({
  args: { author: v.string(), body: v.string() },
  returns: v.null(),
  handler: async (ctx, { author, body }) => {
    await ctx.db.insert("messages", { author, body });
    return null;
  },
});

export const byAuthor = internalQuery({
  args: { author: v.string() },
  handler: async (ctx, { author }) => {
    const messages = await ctx.db
      .query("messages")
      .withIndex("by_author", (q) => q.eq("author", author))
      .collect();
    return messages.map(({ author, body }) => ({ author, body }));
  },
});
