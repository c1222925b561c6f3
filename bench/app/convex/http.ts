import { httpRouter } from "convex/server";
import { internal } from "./_generated/api";
import { httpAction } from "./_generated/server";

const http = httpRouter();

http.route({
  path: "/constant",
  method: "GET",
  handler: httpAction(async () => Response.json({ message: "Hello from the benchmark" })),
});

http.route({
  path: "/messages",
  method: "GET",
  handler: httpAction(async (ctx, request) => {
    const author = new URL(request.url).searchParams.get("author");
    if (author === null) return new Response("Name the author: ?author=User+1", { status: 400 });
    return Response.json(await ctx.runQuery(internal.messages.byAuthor, { author }));
  }),
});

http.route({
  path: "/messages",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const { author, body } = await request.json();
    await ctx.runMutation(internal.messages.send, { author, body });
    return new Response(null, { status: 200 });
  }),
});

http.route({
  path: "/count",
  method: "GET",
  handler: httpAction(async (ctx) => {
    let count = 0;
    let cursor: string | null = null;
    do {
      const page: { count: number; cursor: string | null } = await ctx.runQuery(internal.messages.countPage, {
        cursor,
      });
      count += page.count;
      cursor = page.cursor;
    } while (cursor !== null);
    return Response.json({ count });
  }),
});

export default http;
