import { ConvexError, v } from "convex/values";
import { api } from "./_generated/api";
import { action, mutation, query } from "./_generated/server";

/** Of an author; older ones go, so that the database stays as large as it is. */
const KEPT = 20;

export const list = query({
  args: { author: v.string() },
  handler: async (ctx, { author }) => {
    console.log("listing", author);
    const notes = ctx.db.query("notes").withIndex("by_author", (q) => q.eq("author", author));
    return (await notes.take(10)).length;
  },
});

export const listNested = query({
  args: { author: v.string() },
  handler: (ctx, args): Promise<number> => ctx.runQuery(api.notes.list, args),
});

export const add = mutation({
  args: { author: v.string(), text: v.string() },
  handler: async (ctx, { author, text }) => {
    await ctx.db.insert("notes", { author, text });
    const notes = await ctx.db
      .query("notes")
      .withIndex("by_author", (q) => q.eq("author", author))
      .collect();
    for (const { _id } of notes.slice(0, -KEPT)) await ctx.db.delete(_id);
  },
});

export const count = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    const found = await ctx.db
      .query("counters")
      .withIndex("by_name", (q) => q.eq("name", name))
      .unique();
    if (found === null) await ctx.db.insert("counters", { name, count: 1 });
    else await ctx.db.patch(found._id, { count: found.count + 1 });
  },
});

export const failsAfterWriting = mutation({
  args: {},
  handler: async (ctx) => {
    await ctx.db.insert("notes", { author: "nobody", text: "never" });
    throw new ConvexError({ code: "refused" });
  },
});

export const fails = query({
  args: {},
  handler: async () => {
    throw new Error("as it should");
  },
});

export const work = action({
  args: { author: v.string() },
  handler: async (ctx, { author }): Promise<number> => {
    await ctx.runMutation(api.notes.add, { author, text: crypto.randomUUID() });
    const [count, greeting] = await Promise.all([
      ctx.runQuery(api.notes.list, { author }),
      fetch(`${process.env.CONVEX_SITE_URL}/hi`).then((response) => response.text()),
      new Promise((resolve) => setTimeout(resolve, 5)),
    ]);
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv },
      key,
      new TextEncoder().encode(greeting),
    );
    return count + sealed.byteLength;
  },
});

/** Each is ended by its limit. */
export const loops = query({
  args: {},
  handler: async () => {
    for (;;);
  },
});

export const loopsInAction = action({
  args: {},
  handler: async () => {
    for (;;);
  },
});

export const fillsMemory = query({
  args: {},
  handler: async () => {
    const kept: unknown[] = [];
    for (;;) kept.push(new Array(10_000).fill(0.5));
  },
});
