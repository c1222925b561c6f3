import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  /** What the table grows by: `shuffled` orders them at random against their insertion. */
  records: defineTable({ position: v.number(), shuffled: v.number(), text: v.string() }).index(
    "by_shuffled",
    ["shuffled"],
  ),
  /** What scheduled functions leave. */
  done: defineTable({ number: v.number() }),
  counters: defineTable({ value: v.number() }),
});
