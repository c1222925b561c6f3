/** Code that tells on itself when it runs, wherever a page lets it. */
const ATTACKS: readonly string[] = [
  `<img src=x onerror="trip('img')">`,
  `<script>trip('script')</script>`,
  `"><svg onload="trip('svg')"><animate onbegin="trip('animate')" attributeName=x dur=1s>`,
  `</textarea></title></style></script><script>trip('closed')</script>`,
  `<iframe srcdoc="<script>parent.trip('srcdoc')</script>"></iframe>`,
  `<a href="javascript:trip('link')">javascript:trip('url')</a>`,
  `<form action="//evil.example"><input autofocus onfocus="trip('focus')"></form>`,
  `<base href="//evil.example/"><meta http-equiv="refresh" content="0;url=//evil.example/">`,
  `<style>*{display:none}</style><link rel=stylesheet href="//evil.example/x.css">`,
  `{{constructor.constructor("trip('template')")()}} \${trip('literal')} <%= trip('erb') %> #{trip('ruby')}`,
  `' onmouseover='trip("attribute")' x='`,
  `__proto__ constructor toString`,
];

/** What every hostile text begins with, so that a test can see that it is shown. */
export const MARK = "hostile-mark";

/** As everything that an app keeps can be, in printable ASCII. */
export const PLAIN: string = `${MARK} ${ATTACKS.join(" ")}`;

/** With what takes texts apart: controls, marks of direction, separators, piled up accents. */
export const HOSTILE: string = `${PLAIN} \u202e\u2066\u200f rtl \0\u0007\u001b[31m\u2028\u2029\ufeff ${"Z\u0351\u0321".repeat(200)}`;

/** The same, longer than any line. */
export const HUGE: string = `${HOSTILE} ${"W".repeat(60_000)}`;

/** Names that a header may have as a value. */
export const HEADER: string = PLAIN.replace(/[^\x20-\x7e]/g, "");

const literal = (text: string): string => JSON.stringify(text).replace(/[\u2028\u2029]/g, "");

/** An app that has hostile text wherever an app can have it. */
export const HOSTILE_APP: Readonly<Record<string, string>> = {
  "convex/schema.ts": `import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  hostile: defineTable(v.any()).index("by_text", ["text"]),
});
`,
  "convex/hostile.ts": `import { ConvexError, v } from "convex/values";
import { internal } from "./_generated/api";
import { action, internalMutation, mutation, query } from "./_generated/server";

export const write = mutation({
  args: { document: v.any() },
  handler: async (ctx, { document }) => ctx.db.insert("hostile", document),
});
export const say = action({
  args: { text: v.string() },
  handler: async (_ctx, { text }) => {
    console.log(text);
    console.error({ [text.slice(0, 200)]: text });
    return { text, nested: [{ text }] };
  },
});
export const fail = action({
  args: { text: v.string() },
  handler: async (_ctx, { text }) => {
    throw new Error(text);
  },
});
export const refuse = query({
  args: { text: v.string() },
  handler: async (_ctx, { text }) => {
    throw new ConvexError({ text });
  },
});
export const choose = query({
  args: { choice: v.union(v.literal(${literal(PLAIN)}), v.null()), of: v.object({ "<img src=x>": v.string() }) },
  handler: async () => null,
});
export const constructor = query({ args: {}, handler: async () => "a function by the name of constructor" });
export const toString = query({ args: {}, handler: async () => "and one by the name of toString" });
export const schedule = mutation({
  args: { text: v.string() },
  handler: async (ctx, { text }) => ctx.scheduler.runAfter(3_600_000, internal.hostile.run, { text }),
});
export const run = internalMutation({
  args: { text: v.string() },
  handler: async (_ctx, { text }) => {
    console.log(text);
    throw new Error(text);
  },
});
`,
  "convex/crons.ts": `import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";

const crons = cronJobs();
crons.daily(${literal(PLAIN)}, { hourUTC: 7, minuteUTC: 30 }, internal.hostile.run, { text: ${literal(HOSTILE)} });
export default crons;
`,
  "convex/http.ts": `import { httpRouter } from "convex/server";
import { api } from "./_generated/api";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({
  path: "/mirror",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const text = await request.text();
    console.warn(text);
    await ctx.runAction(api.hostile.say, { text });
    await ctx.runQuery(api.hostile.refuse, { text }).catch(() => null);
    return new Response(text, {
      status: 418,
      headers: { "Content-Type": "text/html", "X-Mirror": request.headers.get("x-mirror") ?? "" },
    });
  }),
});
http.route({
  path: ${literal(`/${encodeURI("<img src=x onerror=trip('route')>").replaceAll("%20", "")}`)},
  method: "GET",
  handler: httpAction(async () => new Response(${literal(PLAIN)}, { headers: { "Content-Type": "text/html" } })),
});
export default http;
`,
};
