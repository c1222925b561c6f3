import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

const place = { room: v.string(), n: v.number() };

export const insert = mutation({
  args: { ...place, token: v.string() },
  handler: async (ctx, fields) => {
    await ctx.db.insert("rows", fields);
  },
});

/** Moves the first row of a room, so it reads and writes. */
export const move = mutation({
  args: { ...place, token: v.string() },
  handler: async (ctx, { room, n, token }) => {
    const row = await ctx.db
      .query("rows")
      .withIndex("by_room", (q) => q.eq("room", room))
      .first();
    if (row !== null) await ctx.db.patch(row._id, { n });
    await ctx.db.insert("rows", { room: "moves", n, token });
  },
});

export const remove = mutation({
  args: { ...place, token: v.string() },
  handler: async (ctx, { room, n, token }) => {
    const row = await ctx.db
      .query("rows")
      .withIndex("by_room", (q) => q.eq("room", room).gte("n", n))
      .first();
    if (row !== null && row.room !== "moves") await ctx.db.delete(row._id);
    await ctx.db.insert("rows", { room: "moves", n, token });
  },
});

export const fail = mutation({
  args: { ...place, token: v.string() },
  handler: async (ctx, fields) => {
    await ctx.db.insert("rows", fields);
    throw new Error("on purpose");
  },
});

/** Of all rows. */
export const tokens = query({
  args: {},
  handler: async (ctx) => (await ctx.db.query("rows").collect()).map(({ token }) => token),
});
