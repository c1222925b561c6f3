import { httpRouter } from "convex/server";
import { internal } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import { httpAction } from "./_generated/server";
import { makePage } from "./page";

const http = httpRouter();

http.route({
  path: "/",
  method: "GET",
  handler: httpAction(async () => {
    const headers = { "Content-Type": "text/html; charset=utf-8" };
    return new Response(makePage(process.env.CONVEX_CLOUD_URL as string), { headers });
  }),
});

/** Takes an image in one request. Bodies of HTTP actions have 20 MiB at most: larger files need an upload URL. */
http.route({
  path: "/sendImage",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const author = new URL(request.url).searchParams.get("author") ?? "Somebody";
    const storageId = await ctx.storage.store(await request.blob());
    const isImage = await ctx.runMutation(internal.images.saveSent, { storageId, author });
    return new Response(null, { status: isImage ? 200 : 415 });
  }),
});

/** Serves an image: here an app can look who asks, which a URL of `storage.getUrl` does not. */
http.route({
  path: "/getImage",
  method: "GET",
  handler: httpAction(async (ctx, request) => {
    const storageId = new URL(request.url).searchParams.get("storageId") ?? "";
    const blob = await ctx.storage.get(storageId as Id<"_storage">);
    if (blob === null) return new Response("There is no such image", { status: 404 });
    // An image may be a drawing with a script in it, which must not run as if it were this page's.
    const headers = { "Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff" };
    return new Response(blob, { headers });
  }),
});

export default http;
