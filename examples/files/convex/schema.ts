import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  images: defineTable({
    storageId: v.id("_storage"),
    author: v.string(),
    way: v.union(v.literal("upload URL"), v.literal("HTTP action")),
  }),
});
