import { httpRouter } from "convex/server";
import { internal } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import { httpAction } from "./_generated/server";

const http = httpRouter();

http.route({
  path: "/record",
  method: "GET",
  handler: httpAction(async (ctx, request) => {
    const id = new URL(request.url).searchParams.get("id") as Id<"records">;
    return Response.json(await ctx.runQuery(internal.records.one, { id }));
  }),
});

http.route({
  path: "/in-order",
  method: "GET",
  handler: httpAction(async (ctx, request) =>
    Response.json(await ctx.runQuery(internal.records.inOrder, { createdMs: createdMsOf(request) })),
  ),
});

http.route({
  path: "/many",
  method: "GET",
  handler: httpAction(async (ctx, request) => {
    const count = await ctx.runQuery(internal.records.readMany, { createdMs: createdMsOf(request) });
    return Response.json({ count });
  }),
});

/** Inserts as many records as the body says, in one transaction. */
http.route({
  path: "/many",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const { count } = await request.json();
    await ctx.runMutation(internal.records.insertMany, { count });
    return new Response(null, { status: 200 });
  }),
});

http.route({
  path: "/counter",
  method: "POST",
  handler: httpAction(async (ctx) => {
    await ctx.runMutation(internal.counters.increment, {});
    return new Response(null, { status: 200 });
  }),
});

http.route({
  path: "/counter",
  method: "GET",
  handler: httpAction(async (ctx) =>
    Response.json({ value: await ctx.runQuery(internal.counters.value, {}) }),
  ),
});

/** Inserts one small document. */
http.route({
  path: "/done",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    await ctx.runMutation(internal.jobs.done, await request.json());
    return new Response(null, { status: 200 });
  }),
});

http.route({
  path: "/jobs",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    await ctx.runMutation(internal.jobs.schedule, await request.json());
    return new Response(null, { status: 200 });
  }),
});

http.route({
  path: "/jobs",
  method: "GET",
  handler: httpAction(async (ctx) => Response.json(await ctx.runQuery(internal.jobs.progress, {}))),
});

http.route({
  path: "/upload-url",
  method: "POST",
  handler: httpAction(async (ctx) => new Response(await ctx.storage.generateUploadUrl())),
});

function createdMsOf(request: Request): number {
  return Number(new URL(request.url).searchParams.get("createdMs"));
}

export default http;
