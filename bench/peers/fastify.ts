import { fastify } from "fastify";
import { announce, databaseFile, endWithParent } from "./life-cycle.ts";
import { isAuthorQuery, isMessage, openMessages } from "./messages.ts";

endWithParent();
const messages = openMessages(databaseFile());
const app = fastify();

app.get("/constant", async () => ({ message: "Hello from the benchmark" }));

app.get<{ Querystring: { author?: string } }>("/messages", async (request, reply) => {
  const { author } = request.query;
  if (author === undefined) return reply.code(400).send("Name the author: ?author=User+1");
  return messages.byAuthor(author);
});

app.post("/messages", async (request, reply) => {
  if (!isMessage(request.body)) return reply.code(400).send("Send author and body");
  messages.insert(request.body);
  return reply.send();
});

app.post("/api/query", async (request, reply) => {
  if (!isAuthorQuery(request.body)) return reply.code(400).send("Ask messages:ofAuthor with an author");
  return { status: "success", value: messages.byAuthor(request.body.args.author) };
});

app.get("/count", async () => ({ count: messages.count() }));

announce(await app.listen({ host: "127.0.0.1", port: 0 }));
