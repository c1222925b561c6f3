import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { AppError } from "../src/deploy/app-error.ts";
import { readAuthProviders } from "../src/services/auth/stored-auth-config.ts";
import { InThreadApp } from "./support/in-thread-app.ts";

const FILES = { "convex/a.ts": "export const nothing = 1;" };
const OIDC = '{ domain: "https://a.example", applicationID: "a" }';

let app: InThreadApp;
before(async () => {
  app = await InThreadApp.start(FILES);
});
after(() => app[Symbol.asyncDispose]());

const providers = (): unknown => JSON.parse(app.database.read(readAuthProviders) ?? "null");

async function push(source: string): Promise<void> {
  app.temp.write({ "convex/auth.config.ts": source });
  await app.push();
}

describe("an auth config", () => {
  it("is evaluated with the built-in variables, and may import what it needs", async () => {
    app.temp.write({
      "lib/providers.ts": `export const clerk = (domain: string) => ({ domain, applicationID: "convex" });`,
    });
    await push(`import { clerk } from "../lib/providers";
import { v } from "convex/values";
export default { providers: [clerk(process.env.CONVEX_SITE_URL!)], isFine: v.any().kind === "any" };`);
    assert.deepEqual(providers(), [{ domain: "http://site.test", applicationID: "convex" }]);
  });

  it("is gone with its file", async () => {
    await push(`export default { providers: [${OIDC}] };`);
    assert.equal((providers() as unknown[]).length, 1);
    app.temp.remove("convex/auth.config.ts");
    await app.push();
    assert.equal(providers(), null);
  });

  it("is no module whose functions can be called", async () => {
    await push(`import { query } from "./_generated/server";
export const f = query({ handler: async () => 1 });
export default { providers: [${OIDC}] };`);
    const outcome = await app.call("query", "auth.config:f", {}, { path: "auth.config.js:f" });
    assert.ok(outcome.status === "error");
    assert.match(outcome.error.message, /Could not find public function/);
  });
});

describe("an auth config is refused", () => {
  const INVALID = "The pushed auth config is invalid: ";
  const refused: readonly (readonly [what: string, source: string, code: string, message: string])[] = [
    [
      "that reads a variable which is not set",
      `const providers = [
  { domain: process.env.NOT_SET!, applicationID: "a" },
];
export default { providers };`,
      "AuthConfigMissingEnvironmentVariable",
      "Environment variable NOT_SET is used in auth config file but its value was not set (convex/auth.config.ts:2)",
    ],
    [
      "that would rather have another value",
      `export default { providers: [{ domain: process.env.NOT_SET ?? "https://a.example", applicationID: "a" }] };`,
      "AuthConfigMissingEnvironmentVariable",
      "Environment variable NOT_SET is used in auth config file but its value was not set (convex/auth.config.ts:1)",
    ],
    [
      "without a default export",
      `export const providers = [${OIDC}];`,
      "InvalidAuthConfig",
      `${INVALID}auth config file is missing default export. To learn more, see the auth documentation at https://docs.convex.dev/auth.`,
    ],
    [
      "that is a function",
      `export default () => ({ providers: [${OIDC}] });`,
      "InvalidAuthConfig",
      `${INVALID}auth config file must include a list of provider credentials: export default { providers: [...] }. To learn more, see the auth documentation at https://docs.convex.dev/auth.`,
    ],
    [
      "with a provider that is none",
      `export default { providers: [{ domain: "https://a.example", applicationId: "a" }] };`,
      "InvalidAuthConfig",
      `${INVALID}Provider at index 0 must have applicationID property spelled lowercase 'application', capital I, capital D.`,
    ],
    [
      "that throws",
      'throw new TypeError("boom");\nexport default {};',
      "InvalidAuthConfig",
      `${INVALID}Uncaught TypeError: boom (convex/auth.config.ts:1)`,
    ],
    [
      "that asks for the time",
      `export default { providers: Date.now() > 0 ? [${OIDC}] : [] };`,
      "InvalidAuthConfig",
      `${INVALID}Date unsupported when evaluating auth config file (convex/auth.config.ts:1)`,
    ],
    [
      "that asks for the time when it is read",
      `export default { get providers() { return [String(new Date())]; } };`,
      "InvalidAuthConfig",
      `${INVALID}Date unsupported when evaluating auth config file (convex/auth.config.ts:1)`,
    ],
    [
      "that asks for chance",
      `export default { providers: Math.random() < 2 ? [${OIDC}] : [] };`,
      "InvalidAuthConfig",
      `${INVALID}Math.random unsupported when evaluating auth config file (convex/auth.config.ts:1)`,
    ],
    [
      "that asks the network",
      'fetch("https://a.example");\nexport default { providers: [] };',
      "InvalidAuthConfig",
      `${INVALID}fetch() unsupported at import time`,
    ],
    [
      "that asks the database",
      '(globalThis as any).Convex.asyncSyscall("1.0/get", "{}");\nexport default { providers: [] };',
      "InvalidAuthConfig",
      `${INVALID}Can't use database at import time (convex/auth.config.ts:1)`,
    ],
    [
      "that never ends",
      "for (;;);\nexport default { providers: [] };",
      "InvalidAuthConfig",
      `${INVALID}Function execution timed out (maximum duration: 4s)`,
    ],
    [
      "that is bound to Node.js",
      '"use node";\nexport default { providers: [] };',
      "InvalidModules",
      '"use node" directive is not allowed for auth.config.ts. (convex/auth.config.ts:1)',
    ],
  ];
  for (const [what, source, code, message] of refused) {
    it(what, async () => {
      await assert.rejects(push(source), (error: AppError) => {
        assert.deepEqual([error.code, error.message.slice(0, message.length)], [code, message]);
        return true;
      });
    });
  }

  it("that is there twice", async () => {
    app.temp.write({ "convex/auth.config.js": "export default { providers: [] };" });
    await assert.rejects(push("export default { providers: [] };"), {
      code: "InvalidModules",
      message: "Found both auth.config.ts and auth.config.js in convex/: remove one of them.",
    });
    app.temp.remove("convex/auth.config.js");
  });

  it("while what was there goes on", async () => {
    await push(`export default { providers: [${OIDC}] };`);
    await assert.rejects(push("export default {};"));
    assert.deepEqual(providers(), [{ domain: "https://a.example", applicationID: "a" }]);
  });
});
