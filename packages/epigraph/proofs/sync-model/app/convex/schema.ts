import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  rows: defineTable({ room: v.string(), n: v.number(), token: v.string() })
    .index("by_room", ["room", "n"])
    .index("by_n", ["n"]),
});
