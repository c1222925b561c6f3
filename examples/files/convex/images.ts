import { v } from "convex/values";
import type { Id } from "./_generated/dataModel";
import type { MutationCtx } from "./_generated/server";
import { internalMutation, mutation, query } from "./_generated/server";

/** First step of an upload: a URL that takes one file in a POST, for an hour. */
export const generateUploadUrl = mutation({
  args: {},
  handler: (ctx) => ctx.storage.generateUploadUrl(),
});

/** Last step of it: the page tells what it has uploaded. */
export const saveUploaded = mutation({
  args: { storageId: v.id("_storage"), author: v.string() },
  handler: (ctx, { storageId, author }) => save(ctx, storageId, author, "upload URL"),
});

/** The same for the HTTP action, which nobody else may call. */
export const saveSent = internalMutation({
  args: { storageId: v.id("_storage"), author: v.string() },
  handler: (ctx, { storageId, author }) => save(ctx, storageId, author, "HTTP action"),
});

/** Whoever has an upload URL can send anything: what is no image goes again. @returns whether it was one. */
async function save(
  ctx: MutationCtx,
  storageId: Id<"_storage">,
  author: string,
  way: "upload URL" | "HTTP action",
): Promise<boolean> {
  const file = await ctx.db.system.get(storageId);
  if (file === null) throw new Error("There is no such file");
  if (!file.contentType?.startsWith("image/")) {
    await ctx.storage.delete(storageId);
    return false;
  }
  await ctx.db.insert("images", { storageId, author, way });
  return true;
}

export const list = query({
  args: {},
  handler: async (ctx) => {
    const images = await ctx.db.query("images").order("desc").take(20);
    return Promise.all(
      images.map(async (image) => ({ ...image, url: await ctx.storage.getUrl(image.storageId) })),
    );
  },
});

export const remove = mutation({
  args: { id: v.id("images") },
  handler: async (ctx, { id }) => {
    const image = await ctx.db.get(id);
    if (image === null) return;
    await ctx.storage.delete(image.storageId);
    await ctx.db.delete(id);
  },
});
