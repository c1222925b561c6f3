import { ConvexError, v } from "convex/values";
import { internalQuery, mutation, type QueryCtx, query } from "./_generated/server";

/** The user who calls; `tokenIdentifier` is unique among the users of all providers. */
async function requireUser(ctx: QueryCtx) {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null) throw new ConvexError("Sign in first.");
  return identity;
}

export const me = query({
  args: {},
  handler: async (ctx) => {
    const { name, email } = await requireUser(ctx);
    return { name, email };
  },
});

export const list = query({
  args: {},
  handler: async (ctx) => {
    const { tokenIdentifier } = await requireUser(ctx);
    const notes = await ctx.db
      .query("notes")
      .withIndex("author", (q) => q.eq("author", tokenIdentifier))
      .collect();
    return notes.map(({ text }) => text);
  },
});

export const add = mutation({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    const { tokenIdentifier } = await requireUser(ctx);
    await ctx.db.insert("notes", { author: tokenIdentifier, text });
  },
});

export const asText = internalQuery({
  args: {},
  handler: async (ctx): Promise<string> => {
    const { name, tokenIdentifier } = await requireUser(ctx);
    const notes = await ctx.db
      .query("notes")
      .withIndex("author", (q) => q.eq("author", tokenIdentifier))
      .collect();
    return [`Notes of ${name}`, ...notes.map(({ text }) => `- ${text}`)].join("\n");
  },
});
