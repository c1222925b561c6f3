import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { announce, databaseFile, endWithParent } from "./life-cycle.ts";
import { isAuthorQuery, isMessage, openMessages } from "./messages.ts";

endWithParent();
const messages = openMessages(databaseFile());
const app = new Hono();

app.get("/constant", (c) => c.json({ message: "Hello from the benchmark" }));

app.get("/messages", (c) => {
  const author = c.req.query("author");
  if (author === undefined) return c.text("Name the author: ?author=User+1", 400);
  return c.json(messages.byAuthor(author));
});

app.post("/messages", async (c) => {
  const message: unknown = await c.req.json();
  if (!isMessage(message)) return c.text("Send author and body", 400);
  messages.insert(message);
  return c.body(null, 200);
});

app.post("/api/query", async (c) => {
  const call: unknown = await c.req.json();
  if (!isAuthorQuery(call)) return c.text("Ask messages:ofAuthor with an author", 400);
  return c.json({ status: "success", value: messages.byAuthor(call.args.author) });
});

app.get("/count", (c) => c.json({ count: messages.count() }));

serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) =>
  announce(`http://127.0.0.1:${port}`),
);
