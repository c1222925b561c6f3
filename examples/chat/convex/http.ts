import { httpRouter } from "convex/server";
import { ConvexError } from "convex/values";
import { internal } from "./_generated/api";
import { httpAction } from "./_generated/server";

const http = httpRouter();

http.route({
  path: "/messages",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const { author, body } = (await request.json().catch(() => null)) ?? {};
    if (typeof author !== "string" || typeof body !== "string") {
      return new Response('Send JSON: {"author":"curl","body":"Hello"}\n', { status: 400 });
    }
    try {
      await ctx.runMutation(internal.messages.post, { author, body });
    } catch (error) {
      if (error instanceof ConvexError) return new Response(`${error.data}\n`, { status: 400 });
      throw error;
    }
    return new Response(null, { status: 201 });
  }),
});

export default http;
