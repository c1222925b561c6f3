import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { promisify } from "node:util";
import { BareServer } from "./support/bare-server.ts";
import { OfficialApp } from "./support/official-cli.ts";
import { RecordingProxy } from "./support/recording-proxy.ts";

const NAME = "tiny-package";
const VERSION = "1.2.3";
const MANIFEST = JSON.stringify({ name: NAME, version: VERSION, type: "module", exports: "./index.js" });
const CODE = "export const tiny = () => 'tiny ' + process.versions.node.split('.').length;\n";

const folder = mkdtempSync(join(tmpdir(), "epigraph-registry-"));
let asked: string[] = [];

/** A registry with one package. */
const registry = createServer((request, response) => {
  asked.push(request.url as string);
  const { port } = registry.address() as AddressInfo;
  const tarball = `http://127.0.0.1:${port}/${NAME}/-/${NAME}-${VERSION}.tgz`;
  if (request.url === `/${NAME}`) {
    const version = { name: NAME, version: VERSION, dist: { tarball } };
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({ name: NAME, "dist-tags": { latest: VERSION }, versions: { [VERSION]: version } }),
    );
  } else if (request.url === new URL(tarball).pathname) {
    response.end(readFileSync(join(folder, `${NAME}-${VERSION}.tgz`)));
  } else response.writeHead(404).end("{}");
});

before(async () => {
  mkdirSync(join(folder, "source"));
  writeFileSync(join(folder, "source/package.json"), MANIFEST);
  writeFileSync(join(folder, "source/index.js"), CODE);
  await promisify(execFile)("npm", ["pack", "./source"], { cwd: folder });
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
});
after(() => {
  registry.close();
  rmSync(folder, { recursive: true });
});

it("packages that Node modules leave outside are installed by the server, once, in exactly their version", async () => {
  const { port } = registry.address() as AddressInfo;
  await using server = await BareServer.start({
    env: { npm_config_registry: `http://127.0.0.1:${port}/`, npm_config_cache: join(folder, "cache") },
  });
  await using proxy = await RecordingProxy.start(server.api);
  using app = new OfficialApp(
    {
      "package.json": JSON.stringify({
        name: "app",
        type: "module",
        dependencies: { convex: "*", [NAME]: `^${VERSION}` },
      }),
      "convex.json": JSON.stringify({ node: { externalPackages: [NAME] } }),
      [`node_modules/${NAME}/package.json`]: MANIFEST,
      [`node_modules/${NAME}/index.js`]: CODE,
      "convex/nodes.ts": `"use node";
// @ts-ignore
import { tiny } from "${NAME}";
import { action } from "./_generated/server";

export const run = action({ args: {}, handler: async () => tiny() });
`,
    },
    { api: proxy.url, adminKey: server.adminKey },
  );
  await app.succeed(["deploy"]);
  const { nodeDependencies } = JSON.parse(proxy.last("/api/deploy2/start_push").body) as {
    nodeDependencies: object[];
  };
  assert.deepEqual(nodeDependencies, [{ name: NAME, version: VERSION }]);
  assert.equal(await server.value("nodes:run"), "tiny 3");
  assert.ok(asked.includes(`/${NAME}`));
  asked = [];
  await app.succeed(["deploy"]);
  assert.deepEqual(asked, []);

  app.write({
    "package.json": JSON.stringify({
      name: "app",
      type: "module",
      dependencies: { convex: "*", [NAME]: "*" },
    }),
    [`node_modules/${NAME}/package.json`]: MANIFEST.replace(VERSION, "9.9.9"),
  });
  assert.match(await app.fail(["deploy"]), /InvalidExternalModules: .*Installing the packages .* failed/s);
  assert.equal(await server.value("nodes:run"), "tiny 3");
});
