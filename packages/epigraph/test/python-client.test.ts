import assert from "node:assert/strict";
import { after, test } from "node:test";
import { CONVEX_CLIENT, runPython, setUpPython } from "./support/python.ts";
import { fixture, startApp } from "./support/start-app.ts";

const setUp = await setUpPython(CONVEX_CLIENT);
const skip = "missing" in setUp ? setUp.missing : false;

test("the official Python client runs functions, gets their values and raises their errors", {
  skip,
}, async () => {
  const app = await startApp({ copyOf: fixture("functions-api") });
  after(() => app.stop());
  const { python } = setUp as { readonly python: string };
  const seen = await runPython(python, `${fixture("python")}/client.py`, [app.api, app.adminKey]);
  const { error, internal, "bad token": badToken, ...rest } = seen as Record<string, unknown>;
  assert.deepEqual(rest, {
    mutation: null,
    query: ["from Python"],
    action: "later",
    "round trip": true,
    "error with a text": ["ConvexError", "no", "no"],
    "error with data": ["ConvexError", "Convex error", { a: 1 }],
    admin: "secret",
    nobody: null,
  });
  const [kind, text] = error as string[];
  assert.equal(kind, "ConvexExecutionError");
  assert.match(text as string, /^\[Request ID: [0-9a-f]{16}\] Server Error\nUncaught Error: x\n/);
  assert.match(
    (internal as string[]).join(),
    /^ConvexExecutionError,.*Could not find public function for 'm:secret'/s,
  );
  assert.match(
    (badToken as string[]).join(),
    /^Exception,401 InvalidAuthHeader: Could not parse JWT payload\./,
  );
});
