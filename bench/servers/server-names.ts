/** The servers that Epigraph is compared with, by the names that the command line takes. */
export const PEERS = ["hono", "fastify", "workerd"] as const;

export type PeerName = (typeof PEERS)[number];

export type ServerName = "epigraph" | PeerName;

export const SERVER_TITLES: Readonly<Record<ServerName, string>> = {
  epigraph: "Epigraph",
  hono: "Hono + better-sqlite3",
  fastify: "Fastify + better-sqlite3",
  workerd: "workerd + Durable Object",
};
