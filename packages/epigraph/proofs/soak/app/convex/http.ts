import { httpRouter } from "convex/server";
import { api } from "./_generated/api";
import { httpAction } from "./_generated/server";

const http = httpRouter();
const CHUNK = new Uint8Array(16 * 1024).fill(120);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

http.route({ path: "/hi", method: "GET", handler: httpAction(async () => new Response("hi")) });
http.route({
  pathPrefix: "/notes/",
  method: "GET",
  handler: httpAction(async (ctx, request) => {
    const author = new URL(request.url).pathname.split("/").at(-1) as string;
    return Response.json(await ctx.runQuery(api.notes.list, { author }));
  }),
});
http.route({
  path: "/notes",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const { author, text } = (await request.json()) as { author: string; text: string };
    await ctx.runMutation(api.notes.add, { author, text });
    return new Response(null, { status: 201 });
  }),
});
http.route({
  path: "/download",
  method: "GET",
  handler: httpAction(async () => {
    let left = 64;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (left % 16 === 0) await sleep(1);
        if (left-- === 0) controller.close();
        else controller.enqueue(CHUNK);
      },
    });
    return new Response(body);
  }),
});
/** Sends until its client has gone. */
http.route({
  path: "/endless",
  method: "GET",
  handler: httpAction(async (_ctx, { signal }) => {
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await sleep(2);
        if (signal.aborted) controller.close();
        else controller.enqueue(CHUNK);
      },
    });
    return new Response(body);
  }),
});
http.route({
  path: "/upload",
  method: "POST",
  handler: httpAction(async (_ctx, { body }) => {
    let bytes = 0;
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) bytes += chunk.length;
    return new Response(String(bytes));
  }),
});
http.route({
  path: "/fails",
  method: "GET",
  handler: httpAction(async () => {
    throw new Error("as it should");
  }),
});

export default http;
