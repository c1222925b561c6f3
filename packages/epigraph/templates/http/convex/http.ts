import { httpRouter } from "convex/server";
import { api, internal } from "./_generated/api";
import { httpAction } from "./_generated/server";

const http = httpRouter();

// curl http://127.0.0.1:3211/tasks
http.route({
  path: "/tasks",
  method: "GET",
  handler: httpAction(async (ctx) => Response.json(await ctx.runQuery(api.tasks.list, {}))),
});

// curl http://127.0.0.1:3211/tasks -d '{"text": "Water the plants"}'
http.route({
  path: "/tasks",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const body = (await request.json().catch(() => null)) as { text?: unknown } | null;
    if (typeof body?.text !== "string" || body.text === "") {
      return Response.json({ error: "text: expected a text" }, { status: 400 });
    }
    const id = await ctx.runMutation(internal.tasks.add, { text: body.text });
    return Response.json({ id }, { status: 201 });
  }),
});

// curl -X DELETE http://127.0.0.1:3211/tasks/<id>
http.route({
  pathPrefix: "/tasks/",
  method: "DELETE",
  handler: httpAction(async (ctx, request) => {
    const id = new URL(request.url).pathname.slice("/tasks/".length);
    const isFinished = await ctx.runMutation(internal.tasks.finish, { id });
    return isFinished
      ? new Response(null, { status: 204 })
      : Response.json({ error: "There is no such task" }, { status: 404 });
  }),
});

export default http;
