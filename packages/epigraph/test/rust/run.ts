import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CustomJwt } from "../support/custom-jwt.ts";
import { DeployedApp } from "../support/deployed-app.ts";
import { fixture } from "../support/start-app.ts";

const BUILD_MS = 30 * 60_000;
const RUN_MS = 60_000;

const cwd = fileURLToPath(new URL(".", import.meta.url));
const run = promisify(execFile);

test("the official Rust client watches queries and runs functions", async () => {
  const jwt = new CustomJwt();
  await run("cargo", ["build", "--quiet"], { cwd, timeout: BUILD_MS });
  await using app = await DeployedApp.start({
    copyOf: fixture("clients"),
    files: { "convex/auth.config.ts": jwt.authConfig },
  });
  const { stdout } = await run("target/debug/official-client", [app.api, jwt.token("ada")], {
    cwd,
    timeout: RUN_MS,
  });
  assert.deepEqual(JSON.parse(stdout), {
    results: [[], ["hello"], ["hello", "more"]],
    answers: [5, 4],
    count: { $integer: "AgAAAAAAAAA=" },
    action: "HELLO",
    "failing query": { data: { reason: "always" } },
    "failing mutation": { data: "no" },
    users: ["nobody", "ada", "nobody"],
  });
});
