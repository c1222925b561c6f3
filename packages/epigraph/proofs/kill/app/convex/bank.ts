import { v } from "convex/values";
import { type MutationCtx, mutation, query } from "./_generated/server";

export const setUp = mutation({
  args: { accounts: v.number(), balance: v.number(), stock: v.number() },
  handler: async (ctx, { accounts, balance, stock }) => {
    for (let name = 0; name < accounts; name++) await ctx.db.insert("accounts", { name, balance });
    for (let number = 0; number < stock; number++) {
      await ctx.db.insert("stock", { number, text: "x".repeat(200) });
    }
  },
});

async function change(ctx: MutationCtx, name: number, amount: number): Promise<void> {
  const account = await ctx.db
    .query("accounts")
    .withIndex("by_name", (q) => q.eq("name", name))
    .unique();
  if (account === null) throw new Error(`There is no account ${name}`);
  await ctx.db.patch(account._id, { balance: account.balance + amount });
}

/** Three documents: two accounts, and what was done to them. */
export const transfer = mutation({
  args: { key: v.string(), from: v.number(), to: v.number(), amount: v.number() },
  handler: async (ctx, { key, from, to, amount }) => {
    await change(ctx, from, -amount);
    await change(ctx, to, amount);
    await ctx.db.insert("transfers", { key, from, to, amount });
  },
});

/** Two new documents, and one that is older. */
export const insertPair = mutation({
  args: { key: v.string() },
  handler: async (ctx, { key }) => {
    await ctx.db.insert("halves", { key, side: "left" });
    await ctx.db.insert("halves", { key, side: "right" });
    const any = await ctx.db.query("stock").first();
    if (any !== null) await ctx.db.patch(any._id, { number: any.number + 1 });
  },
});

export const append = mutation({
  args: { name: v.string(), key: v.string() },
  handler: async (ctx, { name, key }) => {
    const list = await ctx.db
      .query("lists")
      .withIndex("by_name", (q) => q.eq("name", name))
      .unique();
    if (list === null) await ctx.db.insert("lists", { name, keys: [key] });
    else await ctx.db.patch(list._id, { keys: [...list.keys, key] });
  },
});

export const balances = query({
  args: {},
  handler: async (ctx) => {
    const accounts = await ctx.db.query("accounts").withIndex("by_name").collect();
    return accounts.map(({ balance }) => balance);
  },
});

/** What was written with keys that start so. */
export const written = query({
  args: { prefix: v.string() },
  handler: async (ctx, { prefix }) => {
    const end = `${prefix}\uffff`;
    const halves = await ctx.db
      .query("halves")
      .withIndex("by_key", (q) => q.gte("key", prefix).lt("key", end))
      .collect();
    const transfers = await ctx.db
      .query("transfers")
      .withIndex("by_key", (q) => q.gte("key", prefix).lt("key", end))
      .collect();
    const lists = await ctx.db
      .query("lists")
      .withIndex("by_name", (q) => q.gte("name", prefix).lt("name", end))
      .collect();
    return {
      halves: halves.map(({ key, side }) => ({ key, side })),
      transfers: transfers.map(({ key, from, to, amount }) => ({ key, from, to, amount })),
      appended: lists.flatMap(({ keys }) => keys),
    };
  },
});
