import { v } from "convex/values";
import { internalMutation, internalQuery, type QueryCtx, query } from "./_generated/server";

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
  handler: (ctx, { author }) => firstOfAuthor(ctx, author),
});

/** The same for clients that call functions by name. */
export const ofAuthor = query({
  args: { author: v.string() },
  handler: (ctx, { author }) => firstOfAuthor(ctx, author),
});

async function firstOfAuthor(
  ctx: QueryCtx,
  author: string,
): Promise<readonly { readonly author: string; readonly body: string }[]> {
  const messages = await ctx.db
    .query("messages")
    .withIndex("by_author", (q) => q.eq("author", author))
    .take(10);
  return messages.map(({ author, body }) => ({ author, body }));
}

/** One query may not read a whole large table: the caller counts it page by page. */
export const countPage = internalQuery({
  args: { cursor: v.union(v.string(), v.null()) },
  handler: async (ctx, { cursor }) => {
    const { page, continueCursor, isDone } = await ctx.db
      .query("messages")
      .paginate({ numItems: 4000, cursor });
    return { count: page.length, cursor: isDone ? null : continueCursor };
  },
});
