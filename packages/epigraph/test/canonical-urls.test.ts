import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { DeployedApp } from "./support/deployed-app.ts";
import { SyncConnection } from "./support/sync-connection.ts";

const FILES = {
  "convex/urls.ts": `import { v } from "convex/values";
import { action, mutation, query } from "./_generated/server";

export const both = query({
  args: {},
  handler: () => [process.env.CONVEX_CLOUD_URL, process.env.CONVEX_SITE_URL],
});
export const fromAction = action({ args: {}, handler: () => process.env.CONVEX_SITE_URL });
export const store = action({
  args: {},
  handler: async (ctx) => {
    const id = await ctx.storage.store(new Blob(["bytes"]));
    return { id, url: await ctx.storage.getUrl(id), upload: await ctx.storage.generateUploadUrl() };
  },
});
export const upload = mutation({ args: {}, handler: (ctx) => ctx.storage.generateUploadUrl() });
export const fileUrl = query({
  args: { id: v.id("_storage") },
  handler: (ctx, { id }) => ctx.storage.getUrl(id),
});
`,
  "convex/nodes.ts": `"use node";
import { action } from "./_generated/server";

const SITE = process.env.CONVEX_SITE_URL;
export const site = action({ args: {}, handler: () => SITE });
`,
  "convex/auth.config.ts": `export default {
  providers: [{ domain: process.env.CONVEX_SITE_URL!, applicationID: "app" }],
};
`,
};

let app: DeployedApp;
before(async () => {
  app = await DeployedApp.start({ files: FILES, packages: ["convex", "@types/node"] });
});
after(() => app[Symbol.asyncDispose]());

const set = (requestDestination: string, url?: string | null): Promise<Response> =>
  app.post("/api/v1/update_canonical_url", { requestDestination, url });

async function succeed(requestDestination: string, url?: string): Promise<void> {
  const answer = await set(requestDestination, url);
  assert.deepEqual([answer.status, await answer.text()], [200, ""]);
}

async function canonicalUrls(): Promise<unknown> {
  const answer = await fetch(`${app.api}/api/v1/get_canonical_urls`, {
    headers: { Authorization: `Convex ${app.adminKey}` },
  });
  return answer.json();
}

async function system(path: string, args: object = {}): Promise<unknown> {
  const answer = await app.post("/api/query", { path, args, format: "json" });
  return ((await answer.json()) as { value: unknown }).value;
}

/** Where the auth config says that tokens come from. */
async function issuer(): Promise<string> {
  const token = [
    "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ",
    Buffer.from('{"iss":"https://nobody.example","sub":"s","aud":"app","exp":9999999999,"iat":1}').toString(
      "base64url",
    ),
    "eA",
  ].join(".");
  const answer = await fetch(`${app.api}/api/query`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ path: "urls:both", args: {} }),
  });
  return answer.text();
}

describe("URLs that an operator sets", () => {
  afterEach(async () => {
    await succeed("convexCloud");
    await succeed("convexSite");
  });

  it("are those that functions, files and tools see, until they are taken back", async () => {
    const own = [app.api, `${app.api}/http`];
    assert.deepEqual(await app.run("query", "urls:both"), own);
    const connection = await SyncConnection.connect(app.api);
    connection.add(0, "urls:both");
    await connection.shows(0, own);
    const { id } = (await app.run("action", "urls:store")) as { id: string };
    connection.add(1, "urls:fileUrl", { id });
    const { value: url } = await connection.until(() => connection.results.get(1), "the URL of the file");

    await succeed("convexCloud", "https://api.example.com/");
    await succeed("convexSite", "https://example.com");
    const now = ["https://api.example.com", "https://example.com"];
    await connection.shows(0, now);
    await connection.shows(1, (url as string).replace(app.api, "https://api.example.com"));
    assert.deepEqual(await app.run("query", "urls:both"), now);
    assert.equal(await app.run("action", "urls:fromAction"), "https://example.com");
    assert.equal(await app.run("action", "nodes:site"), "https://example.com");
    const stored = (await app.run("action", "urls:store")) as { url: string; upload: string };
    for (const link of [stored.url, stored.upload, await app.run("mutation", "urls:upload")]) {
      assert.match(link as string, /^https:\/\/api\.example\.com\/api\/storage\//);
    }
    assert.deepEqual(await canonicalUrls(), { convexCloudUrl: now[0], convexSiteUrl: now[1] });
    assert.equal(await system("_system/cli/convexUrl:cloudUrl"), now[0]);
    assert.deepEqual(await system("_system/cli/queryEnvironmentVariables:get", { name: "CONVEX_SITE_URL" }), {
      name: "CONVEX_SITE_URL",
      value: now[1],
    });

    await succeed("convexCloud");
    await succeed("convexSite");
    await connection.shows(0, own);
    assert.deepEqual(await canonicalUrls(), { convexCloudUrl: own[0], convexSiteUrl: own[1] });
    assert.equal(await app.run("action", "nodes:site"), own[1]);
    await connection.close();
  });

  it("are no variables of the app, which can't set them", async () => {
    await succeed("convexSite", "https://example.com");
    assert.deepEqual(await system("_system/cli/queryEnvironmentVariables"), []);
    const listed = await app.post("/api/update_environment_variables", {
      changes: [{ name: "CONVEX_SITE_URL", value: "https://other.example" }],
    });
    assert.equal(((await listed.json()) as { code: string }).code, "EnvVarNameForbidden");
    const list = await fetch(`${app.api}/api/v1/list_environment_variables`, {
      headers: { Authorization: `Convex ${app.adminKey}` },
    });
    assert.deepEqual(await list.json(), { environmentVariables: {} });
  });

  it("last through restarts and pushes", async () => {
    await succeed("convexSite", "https://example.com");
    await app.close();
    await app.open();
    await app.push({ "convex/more.ts": "export const nothing = 1;\n" });
    assert.deepEqual(await app.run("query", "urls:both"), [app.api, "https://example.com"]);
  });

  it("are what identity providers are found by", async () => {
    assert.match(await issuer(), new RegExp(`NoAuthProvider.*${app.api}/http`, "s"));
    await succeed("convexSite", "https://example.com");
    assert.match(await issuer(), /NoAuthProvider.*https:\/\/example\.com/s);
    await succeed("convexSite");
    assert.match(await issuer(), new RegExp(`NoAuthProvider.*${app.api}/http`, "s"));
  });

  it("may be settings of the start instead, which identity providers follow without a push", async () => {
    await app.close();
    await app.open({ api: "https://api.example.com", site: "https://elsewhere.example" });
    assert.match(await issuer(), /NoAuthProvider.*https:\/\/elsewhere\.example/s);
    await app.close();
    await app.open();
    assert.match(await issuer(), new RegExp(`NoAuthProvider.*${app.api}/http`, "s"));
  });

  it("are URLs, of one of two things, set by keys that may", async () => {
    for (const [destination, url] of [
      ["convexCloud", "ftp://example.com"],
      ["convexCloud", "https://example.com/?a"],
      ["convexCloud", "example.com"],
      ["convexCloud", `https://example.com/${"x".repeat(2048)}`],
      ["toString", "https://example.com"],
      ["convex", null],
    ] as const) {
      const answer = await set(destination, url);
      assert.deepEqual(
        [answer.status, ((await answer.json()) as { code: string }).code],
        [400, "BadJsonBody"],
        `${destination} ${url}`,
      );
    }
    const nobody = await fetch(`${app.api}/api/update_canonical_url`, { method: "POST" });
    assert.equal(nobody.status, 403);
  });

  it("are in the audit log", async () => {
    await succeed("convexSite", "https://example.com");
    await succeed("convexSite");
    const entries = (await system("_system/epigraph/auditLog", { limit: 2 })) as {
      action: string;
      metadata: object;
    }[];
    const metadata = { request_destination: "convexSite", url: "https://example.com" };
    assert.deepEqual(
      entries.map(({ action, metadata }) => ({ action, metadata })),
      [
        { action: "delete_canonical_url", metadata },
        { action: "update_canonical_url", metadata },
      ],
    );
  });
});
