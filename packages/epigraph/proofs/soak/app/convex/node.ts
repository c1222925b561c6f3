"use node";
import { createHash } from "node:crypto";
import { v } from "convex/values";
import { api } from "./_generated/api";
import { action } from "./_generated/server";

export const digest = action({
  args: { author: v.string() },
  handler: async (ctx, { author }): Promise<string> => {
    const count = await ctx.runQuery(api.notes.list, { author });
    return createHash("sha256").update(`${author}${count}`).digest("hex");
  },
});
