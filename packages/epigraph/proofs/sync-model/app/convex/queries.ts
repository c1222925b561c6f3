import { paginationOptsValidator } from "convex/server";
import { ConvexError, v } from "convex/values";
import { query } from "./_generated/server";
import { VERSION } from "./version";

const room = v.string();

export const inRoom = query({
  args: { room },
  handler: async (ctx, args) =>
    (
      await ctx.db
        .query("rows")
        .withIndex("by_room", (q) => q.eq("room", args.room))
        .collect()
    ).map(({ n }) => n),
});

export const between = query({
  args: { from: v.number(), to: v.number() },
  handler: async (ctx, { from, to }) =>
    (
      await ctx.db
        .query("rows")
        .withIndex("by_n", (q) => q.gte("n", from).lt("n", to))
        .order("desc")
        .collect()
    ).map(({ token }) => token),
});

export const first = query({
  args: { room },
  handler: async (ctx, args) =>
    (
      await ctx.db
        .query("rows")
        .withIndex("by_room", (q) => q.eq("room", args.room))
        .first()
    )?.token ?? null,
});

/** Fails while the room has an odd number of rows. */
export const even = query({
  args: { room },
  handler: async (ctx, args) => {
    const rows = await ctx.db
      .query("rows")
      .withIndex("by_room", (q) => q.eq("room", args.room))
      .collect();
    if (rows.length % 2 === 1) throw new ConvexError({ rows: rows.length });
    return rows.length;
  },
});

export const mine = query({
  args: { room },
  handler: async (ctx, args) => {
    const identity = await ctx.auth.getUserIdentity();
    const row = await ctx.db
      .query("rows")
      .withIndex("by_room", (q) => q.eq("room", args.room))
      .order("desc")
      .first();
    return [identity?.subject ?? null, row?.token ?? null];
  },
});

export const surroundings = query({
  args: {},
  handler: () => [VERSION, process.env["MODEL_X"] ?? null],
});

export const nested = query({
  args: { room },
  handler: async (ctx, args): Promise<unknown> => {
    const rows = await ctx.db.query("rows").withIndex("by_n").take(3);
    return [rows.map(({ n }) => n), args.room, VERSION];
  },
});

export const page = query({
  args: { paginationOpts: paginationOptsValidator },
  handler: async (ctx, { paginationOpts }) => {
    const result = await ctx.db.query("rows").withIndex("by_n").paginate(paginationOpts);
    return { ...result, page: result.page.map(({ token }) => token) };
  },
});
