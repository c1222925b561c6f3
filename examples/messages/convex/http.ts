import { httpRouter } from "convex/server";
import { internal } from "./_generated/api";
import { httpAction } from "./_generated/server";

const http = httpRouter();

http.route({
  path: "/postMessage",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const { author, body } = await request.json();
    await ctx.runMutation(internal.messages.send, { author, body: `Sent via HTTP action: ${body}` });
    return new Response(null, { status: 200 });
  }),
});

http.route({
  path: "/getMessagesByAuthor",
  method: "GET",
  handler: httpAction(async (ctx, request) => {
    const number =
      new URL(request.url).searchParams.get("authorNumber") ?? request.headers.get("authorNumber");
    if (number === null) {
      return new Response("Name the author: ?authorNumber=123, or a header authorNumber", { status: 400 });
    }
    return Response.json(await ctx.runQuery(internal.messages.byAuthor, { author: `User ${number}` }));
  }),
});

http.route({
  pathPrefix: "/getAuthorMessages/",
  method: "GET",
  handler: httpAction(async (ctx, request) => {
    const { pathname } = new URL(request.url);
    const author = decodeURIComponent(pathname.slice("/getAuthorMessages/".length).replaceAll("+", " "));
    return Response.json(await ctx.runQuery(internal.messages.byAuthor, { author }));
  }),
});

// A page on another origin may post here: it asks first, so both answers name the origin that is let in.
const cors = () => ({ "Access-Control-Allow-Origin": process.env.CLIENT_ORIGIN ?? "*", Vary: "Origin" });

http.route({
  path: "/echo",
  method: "POST",
  handler: httpAction(async (_ctx, request) => new Response(await request.blob(), { headers: cors() })),
});

http.route({
  path: "/echo",
  method: "OPTIONS",
  handler: httpAction(async () => {
    const headers = {
      ...cors(),
      "Access-Control-Allow-Methods": "POST",
      "Access-Control-Allow-Headers": "Content-Type",
      "Access-Control-Max-Age": "86400",
    };
    return new Response(null, { status: 204, headers });
  }),
});

http.route({
  path: "/countdown",
  method: "GET",
  handler: httpAction(async () => {
    const encoder = new TextEncoder();
    let left = 3;
    const stream = new ReadableStream({
      async pull(controller) {
        if (left === 0) return controller.close();
        controller.enqueue(encoder.encode(`${left--}\n`));
        await new Promise((resolve) => setTimeout(resolve, 100));
      },
    });
    return new Response(stream, { headers: { "Content-Type": "text/plain" } });
  }),
});

export default http;
