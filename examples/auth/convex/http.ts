import { httpRouter } from "convex/server";
import { internal } from "./_generated/api";
import { httpAction } from "./_generated/server";

const http = httpRouter();

/** The page comes from another origin than this. */
const CORS = { "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "Authorization" };

http.route({
  path: "/notes.txt",
  method: "OPTIONS",
  handler: httpAction(async () => new Response(null, { status: 204, headers: CORS })),
});

http.route({
  path: "/notes.txt",
  method: "GET",
  handler: httpAction(async (ctx) => {
    // Rejects for a token that is not valid; a request without one has no identity.
    const identity = await ctx.auth.getUserIdentity().catch(() => null);
    if (identity === null) return new Response("Sign in first.", { status: 401, headers: CORS });
    return new Response(await ctx.runQuery(internal.notes.asText), { headers: CORS });
  }),
});

export default http;
