import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  lists: defineTable({ name: v.string(), values: v.array(v.number()) }).index("by_name", ["name"]),
  rows: defineTable({ list: v.string(), position: v.number(), value: v.number() }).index("by_list", [
    "list",
    "position",
  ]),
  registers: defineTable({ name: v.string(), value: v.number() }).index("by_name", ["name"]),
});
