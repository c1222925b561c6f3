import assert from "node:assert/strict";
import { test } from "node:test";
import { CustomJwt } from "./support/custom-jwt.ts";
import { DeployedApp } from "./support/deployed-app.ts";
import { CONVEX_CLIENT, runPython, setUpPython } from "./support/python.ts";
import { fixture } from "./support/start-app.ts";

const setUp = await setUpPython(CONVEX_CLIENT);
const skip = "missing" in setUp ? setUp.missing : false;

test("the official Python client watches queries over a WebSocket", { skip, timeout: 60_000 }, async () => {
  const jwt = new CustomJwt();
  await using app = await DeployedApp.start({
    copyOf: fixture("clients"),
    files: { "convex/auth.config.ts": jwt.authConfig },
  });
  const { python } = setUp as { readonly python: string };
  const seen = await runPython(python, `${fixture("python")}/live.py`, [app.api, jwt.token("ada")]);
  assert.deepEqual(seen, {
    first: [],
    added: 5,
    second: ["hello"],
    own: 4,
    third: ["hello", "more"],
    count: 2,
    query: ["hello", "more"],
    action: "HELLO",
    "failing query": { reason: "always" },
    "failing subscription": { reason: "always" },
    "failing mutation": "no",
    users: ["nobody", "ada", "nobody"],
  });
});
