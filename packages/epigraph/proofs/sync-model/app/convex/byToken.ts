import { queryGeneric as query } from "convex/server";

/** Fails while there is no such index, and pages through another one with other fields. */
export const first = query(
  async (ctx) => (await ctx.db.query("rows").withIndex("by_token").first())?.["token"] ?? null,
);
