import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, describe, it } from "node:test";
import { ConvexClient } from "convex/browser";
import { anyApi, type FunctionReference } from "convex/server";
import { FunctionCaller } from "./support/functions-api.ts";
import { hasNginx, Nginx } from "./support/nginx.ts";
import type { RunningApp } from "./support/running-app.ts";
import { startApp } from "./support/start-app.ts";

const APP = {
  "convex/notes.ts": `import { mutationGeneric as mutation, queryGeneric as query } from "convex/server";
export const add = mutation({ handler: (ctx, { text }) => ctx.db.insert("notes", { text }) });
export const list = query({ handler: async (ctx) => (await ctx.db.query("notes").collect()).map(({ text }) => text) });
export const uploadUrl = mutation({ handler: (ctx) => ctx.storage.generateUploadUrl() });
export const fileUrl = query({ handler: (ctx, { id }) => ctx.storage.getUrl(id) });
`,
  "convex/http.ts": `import { httpActionGeneric as httpAction, httpRouter } from "convex/server";
const http = httpRouter();
http.route({ path: "/seen", method: "GET", handler: httpAction(async (ctx, request) => Response.json({
  url: request.url, headers: Object.fromEntries(request.headers),
})) });
http.route({ path: "/stream", method: "POST", handler: httpAction(async (ctx, request) => {
  const reader = request.body.getReader();
  return new Response(new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  }));
}) });
export default http;
`,
};

const skip = hasNginx ? false : "nginx is not installed: on Debian, apt-get install nginx-light";

interface Setup {
  readonly file: string;
  /** Public URLs for ports that nginx listens on. */
  readonly origins: (ports: readonly number[]) => { readonly api: string; readonly site: string };
  readonly servers: number;
  readonly args: readonly string[];
}

const setups: Readonly<Record<string, Setup>> = {
  "two domains": {
    file: "two-domains.conf",
    origins: ([api, site]) => ({ api: `http://127.0.0.1:${api}`, site: `http://127.0.0.1:${site}` }),
    servers: 2,
    args: [],
  },
  "one domain and a path": {
    file: "one-domain.conf",
    origins: ([port]) => ({
      api: `http://127.0.0.1:${port}/backend`,
      site: `http://127.0.0.1:${port}/backend/http`,
    }),
    servers: 1,
    args: ["--site-port", "off"],
  },
};

for (const [name, { file, origins, servers, args }] of Object.entries(setups)) {
  describe(`behind a real nginx: ${name}`, { skip }, () => {
    let app: RunningApp;
    let nginx: Nginx;
    let publicUrls: { readonly api: string; readonly site: string };
    let inside: FunctionCaller;
    before(async () => {
      const ports = await Promise.all(Array.from({ length: servers }, freePort));
      publicUrls = origins(ports);
      app = await startApp({
        files: APP,
        args,
        env: { CONVEX_CLOUD_ORIGIN: publicUrls.api, CONVEX_SITE_ORIGIN: publicUrls.site },
      });
      inside = new FunctionCaller(app);
      const upstream = { 3210: new URL(app.api).host, 3211: new URL(app.site).host };
      nginx = await Nginx.start(file, { listen: ports, upstream });
    });
    after(async () => {
      await nginx?.[Symbol.asyncDispose]();
      await app?.stop();
    });

    it("live queries see what others change", async () => {
      const client = new ConvexClient(publicUrls.api, { skipConvexDeploymentUrlCheck: true });
      const seen = Promise.withResolvers<void>();
      client.onUpdate(
        anyApi["notes"]?.["list"] as FunctionReference<"query">,
        {},
        (texts: readonly string[]) => {
          if (texts.includes("hello")) seen.resolve();
          else void inside.mutation("notes:add", { text: "hello" });
        },
      );
      await seen.promise;
      await client.close();
    });

    it("an HTTP action streams both ways at once", async () => {
      const { writable, readable } = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      const response = await sendStream(`${publicUrls.site}/stream`, readable, writer);
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      // Each piece comes back before the next one is sent: nothing holds it.
      assert.equal(await readText(reader), "first");
      await writer.write(new TextEncoder().encode("second"));
      assert.equal(await readText(reader), "second");
      await writer.close();
      assert.equal((await reader.read()).done, true);
    });

    it("files are uploaded and downloaded by the URLs that functions give", async () => {
      const url = (await inside.mutation("notes:uploadUrl")) as string;
      assert.ok(url.startsWith(`${publicUrls.api}/`), url);
      const bytes = new Uint8Array(3_000_000).fill(7);
      const upload = await fetch(url, { method: "POST", body: bytes });
      assert.equal(upload.status, 200);
      const { storageId } = (await upload.json()) as { storageId: string };
      const fileUrl = (await inside.query("notes:fileUrl", { id: storageId })) as string;
      assert.ok(fileUrl.startsWith(`${publicUrls.api}/`), fileUrl);
      const part = await fetch(fileUrl, { headers: { Range: "bytes=0-9" } });
      assert.equal(part.status, 206);
      assert.deepEqual(new Uint8Array(await (await fetch(fileUrl)).arrayBuffer()), bytes);
    });

    it("functions see the public URL and the client's own address, whatever it says of itself", async () => {
      const response = await fetch(`${publicUrls.site}/seen?a=1`, {
        headers: {
          "X-Forwarded-For": "8.8.8.8",
          "X-Forwarded-Host": "evil.example",
          "X-Forwarded-Proto": "https",
        },
      });
      const { url, headers } = (await response.json()) as { url: string; headers: Record<string, string> };
      const { host } = new URL(publicUrls.site);
      assert.equal(new URL(url).host, host);
      assert.equal(new URL(url).protocol, "http:");
      assert.equal(new URL(url).search, "?a=1");
      assert.equal(headers["x-forwarded-for"], "127.0.0.1");
    });

    it("tools find the deployment under its public URL", async () => {
      assert.equal((await fetch(`${publicUrls.api}/health`)).status, 200);
      const urls = await fetch(`${publicUrls.api}/api/v1/get_canonical_urls`, {
        headers: { Authorization: `Convex ${app.adminKey}` },
      });
      assert.deepEqual(await urls.json(), { convexCloudUrl: publicUrls.api, convexSiteUrl: publicUrls.site });
    });
  });
}

/** The head of the answer comes when the first piece has. */
async function sendStream(
  url: string,
  body: ReadableStream<Uint8Array>,
  writer: WritableStreamDefaultWriter<Uint8Array>,
): Promise<Response> {
  const response = fetch(url, { method: "POST", body, duplex: "half" } as RequestInit);
  await writer.write(new TextEncoder().encode("first"));
  return response;
}

async function readText(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  return new TextDecoder().decode((await reader.read()).value);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
