import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { parseEnv } from "node:util";
import { runEpigraph } from "./support/command.ts";
import { asAdmin, FunctionCaller } from "./support/functions-api.ts";
import { httpRequest } from "./support/http-request.ts";
import type { RunningApp } from "./support/running-app.ts";
import { startApp } from "./support/start-app.ts";

const FILES = {
  "convex/urls.ts": `
import { query } from "./_generated/server";
export const all = query({ args: {}, handler: async () => [process.env.CONVEX_CLOUD_URL, process.env.CONVEX_SITE_URL] });
`,
  "convex/http.ts": `
import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";
const http = httpRouter();
http.route({ path: "/", method: "GET", handler: httpAction(async () => new Response("root")) });
http.route({ path: "/url", method: "GET", handler: httpAction(async (_ctx, { url }) => new Response(url)) });
export default http;
`,
};

function settings(app: RunningApp): Readonly<Record<string, string | undefined>> {
  return parseEnv(readFileSync(join(app.folder, ".env.local"), "utf8"));
}

function urlSeen({ api }: RunningApp, headers: Record<string, string>): Promise<string> {
  return httpRequest(`${api}/http/url`, { headers }).then(({ text }) => text);
}

describe("dev with --site-port off", async () => {
  const app = await startApp({ files: FILES, args: ["--site-port", "off"] });
  after(() => app.stop());

  it("serves HTTP actions below /http/ of the only port, and says so", async () => {
    assert.equal(app.site, `${app.api}/http`);
    assert.equal(await (await fetch(`${app.site}/`)).text(), "root");
    assert.equal(await (await fetch(`${app.site}/url`)).text(), `${app.api}/url`);
    assert.match(await (await fetch(app.api)).text(), /^This Convex deployment is running/);
  });

  it("tells functions, tools and the app's build that address", async () => {
    assert.deepEqual(await new FunctionCaller(app).query("urls:all"), [app.api, `${app.api}/http`]);
    const { CONVEX_SELF_HOSTED_URL, CONVEX_URL, CONVEX_SITE_URL } = settings(app);
    assert.deepEqual(
      [CONVEX_SELF_HOSTED_URL, CONVEX_URL, CONVEX_SITE_URL],
      [app.api, app.api, `${app.api}/http`],
    );
  });

  it("believes a proxy on this machine", async () => {
    const headers = { "X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.com" };
    assert.equal(await urlSeen(app, headers), "https://example.com/url");
  });
});

describe("dev behind a proxy that serves it below a path", async () => {
  const app = await startApp({
    files: FILES,
    args: ["--site-port", "off", "--trusted-proxies", "10.0.0.0/8"],
    env: { CONVEX_CLOUD_ORIGIN: "https://example.com/backend/", CONVEX_SITE_ORIGIN: "" },
  });
  after(() => app.stop());

  it("tells functions and tools the public URLs", async () => {
    const site = "https://example.com/backend/http";
    assert.deepEqual(await new FunctionCaller(app).query("urls:all"), ["https://example.com/backend", site]);
    const urls = await fetch(`${app.api}/api/v1/get_canonical_urls`, { headers: asAdmin(app) });
    assert.deepEqual(await urls.json(), {
      convexCloudUrl: "https://example.com/backend",
      convexSiteUrl: site,
    });
  });

  it("has its API at the address on this machine for what runs here", () => {
    const { CONVEX_SELF_HOSTED_URL, CONVEX_URL, CONVEX_SITE_URL } = settings(app);
    assert.deepEqual(
      [CONVEX_SELF_HOSTED_URL, CONVEX_URL, CONVEX_SITE_URL],
      [app.api, app.api, "https://example.com/backend/http"],
    );
  });

  it("does not believe who is not named, this machine included", async () =>
    assert.equal(
      await urlSeen(app, { Forwarded: "host=example.com;proto=https", "X-Forwarded-Host": "example.com" }),
      `${app.api}/url`,
    ));

  it("after a push that ended at once is where the next dev serves it", async () => {
    const args = ["dev", "--dir", app.folder, "--data", join(app.folder, "other"), "--once"];
    const { exitCode, stderr } = await runEpigraph([...args, "--site-port", "off"]);
    assert.equal(exitCode, 0, stderr);
    const { CONVEX_URL, CONVEX_SITE_URL } = settings(app);
    assert.deepEqual([CONVEX_URL, CONVEX_SITE_URL], ["http://127.0.0.1:3210", "http://127.0.0.1:3210/http"]);
  });
});
