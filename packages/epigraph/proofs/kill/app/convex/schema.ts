import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  accounts: defineTable({ name: v.number(), balance: v.number() }).index("by_name", ["name"]),
  transfers: defineTable({ key: v.string(), from: v.number(), to: v.number(), amount: v.number() }).index(
    "by_key",
    ["key"],
  ),
  halves: defineTable({ key: v.string(), side: v.string() }).index("by_key", ["key", "side"]),
  lists: defineTable({ name: v.string(), keys: v.array(v.string()) }).index("by_name", ["name"]),
  // Pushes add and drop indexes of this one: it has enough documents for a backfill to take some time.
  stock: defineTable({ number: v.number(), text: v.string() }),
});
