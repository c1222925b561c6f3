import { paginationOptsValidator } from "convex/server";
import { ConvexError, v } from "convex/values";
import { internalMutation, type MutationCtx, mutation, query } from "./_generated/server";

const MAX_AUTHOR_LENGTH = 40;
const MAX_BODY_LENGTH = 2000;

/** The newest messages first, a page at a time. */
export const history = query({
  args: { paginationOpts: paginationOptsValidator },
  handler: (ctx, { paginationOpts }) => ctx.db.query("messages").order("desc").paginate(paginationOpts),
});

/** The message that was said last, in a line. */
export const latest = query({
  args: {},
  handler: async (ctx) => {
    const message = await ctx.db.query("messages").order("desc").first();
    return message === null ? null : `${message.author}: ${message.body}`;
  },
});

/** Says something, from the page. */
export const send = mutation({
  args: { author: v.string(), body: v.string() },
  handler: (ctx, message) => insert(ctx, { ...message, via: "page" }),
});

/** Says something, from wherever there is HTTP. */
export const post = internalMutation({
  args: { author: v.string(), body: v.string() },
  handler: (ctx, message) => insert(ctx, { ...message, via: "http" }),
});

async function insert(
  ctx: MutationCtx,
  { author, body, via }: { author: string; body: string; via: "page" | "http" },
): Promise<void> {
  const message = { author: author.trim(), body: body.trim(), via };
  if (message.author === "" || message.body === "") throw new ConvexError("Say who you are, and something");
  if (message.author.length > MAX_AUTHOR_LENGTH || message.body.length > MAX_BODY_LENGTH) {
    throw new ConvexError("That is too long");
  }
  await ctx.db.insert("messages", message);
}
