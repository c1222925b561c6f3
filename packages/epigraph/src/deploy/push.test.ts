import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { ModuleDocument, PushDocument } from "../database/catalogue/catalogue-documents.ts";
import { TestDatabase } from "../database/testing/test-database.ts";
import { allSystemDocuments, insertSystemDocument } from "../database/transaction/system-documents.ts";
import { EpigraphError } from "../errors/epigraph-error.ts";
import { AuthConfigError } from "../services/auth/auth-config-evaluator.ts";
import { KEPT_PUSHES } from "./activate-push.ts";
import { readActiveCode } from "./active-code.ts";
import type { Analysis, PushedCode } from "./analysis.ts";
import { bundleApp } from "./bundle.ts";
import { writeGenerated } from "./codegen/write-generated.ts";
import { prepareModules } from "./prepare-modules.ts";
import { Pusher } from "./push.ts";
import type { PushReport } from "./push-report.ts";
import { analyseCode } from "./testing/evaluate-code.ts";
import { CHAT_APP, TempApp } from "./testing/temp-app.ts";

describe("a push", () => {
  let test: TestDatabase;
  let temp: TempApp;
  let analyse: (code: PushedCode, environment: Record<string, string>) => Promise<Analysis>;

  let authProviders: (environment: Readonly<Record<string, string>>) => string;

  beforeEach(() => {
    authProviders = () => "[]";
    test = new TestDatabase();
    temp = new TempApp(CHAT_APP);
    analyse = analyseCode;
  });
  afterEach(() => {
    temp[Symbol.dispose]();
    test.close();
  });

  const prepare = async (): Promise<PushedCode> => {
    writeGenerated(temp.app);
    return prepareModules(await bundleApp(temp.app));
  };
  const makePusher = (): Pusher =>
    new Pusher({
      authConfig: { evaluate: async (_code, environment) => authProviders(environment) },
      database: test.database,
      analyse: (code, environment) => analyse(code, environment),
      nowMs: () => test.nowMs,
    });
  const push = async (): Promise<PushReport> => {
    const code = await prepare();
    // Between two pushes time passes: documents of the same microsecond have no order.
    test.nowMs += 1_000;
    return makePusher().push(code);
  };
  const documents = <T>(table: "_pushes" | "_modules"): readonly T[] =>
    test.database.read((transaction) => allSystemDocuments<T & object>(transaction, table)) as readonly T[];
  const activeCode = (): PushedCode | null =>
    test.database.read((transaction) => readActiveCode(transaction, ""));

  const shouting = (mark: string): string =>
    `export const shout = (text: string): string => text + "${mark}";\n`;

  it("makes code, functions and schema active, and they can be read back", async () => {
    assert.equal(activeCode(), null);
    const code = await prepare();
    const report = await makePusher().push(code);
    assert.deepEqual(report.functions, {
      added: ["messages:list", "messages:send", "sub/tasks"],
      removed: [],
    });
    assert.deepEqual(report.routes, { added: ["GET /hi"], removed: [] });
    assert.deepEqual(report.indexes, { added: ["messages.by_author"], removed: [] });
    const active = activeCode();
    assert.deepEqual(active, code);
    const [document] = documents<PushDocument>("_pushes");
    assert.equal(document?.httpRoutes, '[{"path":"/hi","method":"GET"}]');
    assert.match(document?.importSeed ?? "", /^[0-9a-f]{64}$/);
    assert.equal(document?.importTimestamp, test.nowMs);
    assert.deepEqual(Object.keys(JSON.parse(document?.functions ?? "")), [
      "helpers.js",
      "http.js",
      "messages.js",
      "sub/tasks.js",
    ]);
    await test.mutate((run) => run.insert("messages", { author: "a", body: "b" }));
  });

  it("changes nothing when the same code comes again", async () => {
    await push();
    const before = documents("_pushes");
    assert.equal((await push()).changed, false);
    assert.deepEqual(documents("_pushes"), before);
  });

  it("stores an unchanged module once, and forgets modules of pushes that are long gone", async () => {
    await push();
    const first = documents<ModuleDocument>("_modules").map(({ hash }) => hash);
    temp.write({ "convex/helpers.ts": shouting("!") });
    const report = await push();
    assert.deepEqual(report.functions, { added: [], removed: [] });
    assert.ok(report.changed);
    assert.deepEqual(
      documents<PushDocument>("_pushes").map(({ state }) => state),
      ["inactive", "active"],
    );
    const kept = new Set(documents<ModuleDocument>("_modules").map(({ hash }) => hash));
    assert.ok(first.every((hash) => kept.has(hash)));
    temp.write({ "convex/helpers.ts": shouting("?") });
    for (let i = 0; i < KEPT_PUSHES - 1; i++) {
      await push();
      assert.equal(documents("_pushes").length, 2);
      const hashes = documents<ModuleDocument>("_modules").map(({ hash }) => hash);
      assert.equal(new Set(hashes).size, hashes.length);
      assert.equal(
        first.every((hash) => hashes.includes(hash)),
        i < KEPT_PUSHES - 2,
      );
      temp.write({ "convex/helpers.ts": shouting(`?${i}`) });
    }
  });

  it("activates an earlier one again, with its schema, and tells who did it", async () => {
    await push();
    temp.write({
      "convex/helpers.ts": shouting("!"),
      "convex/schema.ts": CHAT_APP["convex/schema.ts"]!.replace('"by_author"', '"by_writer"'),
    });
    test.nowMs += 1_000;
    await makePusher().push(await prepare(), () => {}, { name: "ci", message: "louder" });
    const pusher = makePusher();
    const [second, first] = pusher.history();
    assert.deepEqual([second?.author, second?.message, second?.isActive], ["ci", "louder", true]);
    assert.deepEqual([first?.author, first?.isActive], [null, false]);
    test.nowMs += 1_000;
    const report = await pusher.rollBack(first?.id as string, { name: "root", message: "back" });
    assert.deepEqual(report.indexes, { added: ["messages.by_author"], removed: ["messages.by_writer"] });
    assert.ok(report.modules.modified.includes("messages.js"));
    assert.equal(pusher.history()[0]?.author, "root");
    assert.equal(pusher.history().length, 3);
    await assert.rejects(async () => pusher.rollBack("nope", { name: "root", message: null }), {
      code: "PushNotFound",
    });
  });

  it("reports what was removed", async () => {
    await push();
    temp.remove("convex/http.ts");
    temp.remove("convex/sub");
    temp.remove("convex/schema.ts");
    const report = await push();
    assert.deepEqual(report.functions.removed, ["sub/tasks"]);
    assert.deepEqual(report.routes.removed, ["GET /hi"]);
    assert.deepEqual(report.indexes.removed, ["messages.by_author"]);
    assert.equal(documents<PushDocument>("_pushes").at(-1)?.httpRoutes, null);
  });

  const providersOf = (state: string): (string | null | undefined)[] =>
    documents<PushDocument>("_pushes")
      .filter((push) => push.state === state)
      .map((push) => push.authProviders);

  it("brings the identity providers that the app's auth config names, and says so", async () => {
    await push();
    assert.deepEqual(providersOf("active"), [null]);
    authProviders = ({ DOMAIN }) =>
      JSON.stringify([{ domain: DOMAIN ?? "https://a.test", applicationID: "a" }]);
    temp.write({ "convex/auth.config.ts": "export default { providers: [] };" });
    const report = await push();
    assert.deepEqual(report.authProviders.added, ["OIDC(domain=https://a.test, app_id=a)"]);
    assert.deepEqual(providersOf("active"), ['[{"domain":"https://a.test","applicationID":"a"}]']);
    assert.equal((await push()).changed, false);
    await test.database.write("test", (transaction) =>
      insertSystemDocument(transaction, "_environment_variables", {
        name: "DOMAIN",
        value: "https://b.test",
      }),
    );
    const changed = await push();
    assert.deepEqual(
      [changed.changed, changed.authProviders.added],
      [true, ["OIDC(domain=https://b.test, app_id=a)"]],
    );
    temp.remove("convex/auth.config.ts");
    assert.deepEqual((await push()).authProviders.removed, ["OIDC(domain=https://b.test, app_id=a)"]);
    assert.deepEqual(providersOf("active"), [null]);
  });

  it("leaves the old providers when the auth config fails", async () => {
    temp.write({ "convex/auth.config.ts": "export default { providers: [] };" });
    await push();
    temp.write({ "convex/messages.ts": "export const x = 1;" });
    const before = activeCode();
    authProviders = () => {
      const error = new EpigraphError("InvalidAuthConfig", "The pushed auth config is invalid: boom");
      throw new AuthConfigError(error, "    at <anonymous> (../convex/auth.config.ts:3:5)\n", null);
    };
    await assert.rejects(push(), {
      code: "InvalidAuthConfig",
      message: "The pushed auth config is invalid: boom (convex/auth.config.ts:3)",
    });
    assert.deepEqual(activeCode(), before);
  });

  it("leaves the old code active when the analysis fails", async () => {
    await push();
    const before = activeCode();
    temp.write({ "convex/messages.ts": "export const x = 1;" });
    analyse = async () => {
      throw new Error("Failed to analyze messages.js: Uncaught Error: boom");
    };
    await assert.rejects(push(), { message: "Failed to analyze messages.js: Uncaught Error: boom" });
    assert.deepEqual(activeCode(), before);
  });

  it("leaves the old code active when documents do not match the new schema", async () => {
    await push();
    const before = activeCode();
    await test.mutate((run) => run.insert("messages", { author: "a", body: "b" }));
    temp.write({
      "convex/schema.ts": CHAT_APP["convex/schema.ts"]!.replace("body: v.string()", "body: v.number()"),
    });
    await assert.rejects(push(), { code: "SchemaValidationFailed" });
    assert.deepEqual(activeCode(), before);
    await test.mutate((run) => run.insert("messages", { author: "a", body: "still a string" }));
  });

  const withIndex = (definition: string): string =>
    CHAT_APP["convex/schema.ts"]!.replace('"by_author"', `"by_body", ${definition}).index("by_author"`);
  const indexes = (): string[] =>
    test.database.read(({ catalogue }) =>
      [...catalogue.namespace("").tables].flatMap((table) =>
        table.indexes.slice(2).map(({ name, state }) => `${name} ${state}`),
      ),
    );

  it("tells its caller how far it has come", async () => {
    await push();
    await test.mutate((run) => run.insert("messages", { author: "a", body: "b" }));
    temp.write({ "convex/schema.ts": withIndex('["body"]') });
    const seen: unknown[] = [];
    await makePusher().push(await prepare(), (progress) => seen.push(progress));
    assert.deepEqual(seen, [
      { step: "fillingIndex", table: "messages", index: "by_body", documents: 1, share: 1 },
    ]);
  });

  it("does not wait for staged indexes", async () => {
    await push();
    temp.write({ "convex/schema.ts": withIndex('{ fields: ["body"], staged: true }') });
    await push();
    assert.deepEqual(indexes(), ["by_author enabled", "by_body backfilling"]);
  });

  it("of what runs already drops what a push that failed has left", async () => {
    await push();
    temp.write({ "convex/schema.ts": withIndex('["body"]') });
    const commit = test.committer.commit.bind(test.committer);
    const stop = new Error("the process ended");
    test.committer.commit = (request) => {
      // The transaction that would swap the code.
      if (request.writes.some(({ tableName }) => tableName === "_pushes")) throw stop;
      return commit(request);
    };
    await assert.rejects(push(), stop);
    test.committer.commit = commit;
    assert.deepEqual(indexes(), ["by_author enabled", "by_body backfilled"]);
    temp.write({ "convex/schema.ts": CHAT_APP["convex/schema.ts"]! });
    assert.equal((await push()).changed, false);
    assert.deepEqual(indexes(), ["by_author enabled"]);
  });

  it("tells what is wrong with a schema", async () => {
    temp.write({ "convex/schema.ts": CHAT_APP["convex/schema.ts"]!.replace("by_author", "by_id") });
    await assert.rejects(push(), {
      code: "IndexNameReserved",
      message:
        /^Hit an error while evaluating your schema:\nIn table "messages" cannot name an index "by_id"/,
    });
  });

  it("refuses indexes that are not there yet, however the schema was written", async () => {
    const schemaJson =
      '{"tables":[{"tableName":"t","searchIndexes":[{"indexDescriptor":"s","searchField":"x"}]}]}';
    analyse = async (code) => ({ ...(await analyseCode(code)), schemaJson });
    await assert.rejects(push(), {
      code: "NotYet",
      message: 'not yet in this version: search indexes, "s" of the table "t"',
    });
  });

  it("analyses with the deployment's environment variables, and fails when they change meanwhile", async () => {
    const set = (value: string): Promise<unknown> =>
      test.database.write("test", (transaction) =>
        insertSystemDocument(transaction, "_environment_variables", { name: `KEY_${value}`, value }),
      );
    await set("one");
    const seen: Record<string, string>[] = [];
    analyse = async (code, environment) => {
      seen.push(environment);
      if (seen.length === 1) await set("two");
      return analyseCode(code);
    };
    await assert.rejects(push(), {
      code: "RaceDetected",
      message: "Environment variables have changed during push",
    });
    await push();
    assert.deepEqual(seen, [{ KEY_one: "one" }, { KEY_one: "one", KEY_two: "two" }]);
  });

  it("waits for the one before it", async () => {
    const pusher = makePusher();
    const first = await prepare();
    temp.write({
      "convex/more.ts":
        'import { query } from "./_generated/server";\nexport const x = query(async () => 1);',
    });
    const second = await prepare();
    const reports = await Promise.all([pusher.push(first), pusher.push(second)]);
    assert.deepEqual(reports[1].functions.added, ["more:x"]);
  });

  it("fails when another process pushed meanwhile", async () => {
    analyse = async (code) => {
      analyse = analyseCode;
      await makePusher().push(code);
      return analyseCode(code);
    };
    await assert.rejects(push(), { code: "ConcurrentPush" });
  });

  const refused: readonly (readonly [paths: readonly string[], code: string])[] = [
    [["a b.js"], "BadConvexModuleIdentifier"],
    [["../a.js"], "BadConvexModuleIdentifier"],
    [["a.ts"], "BadConvexModuleIdentifier"],
    [["a.js", "a.js"], "CanonicalizationConflict"],
  ];
  for (const [paths, code] of refused) {
    it(`refuses modules called ${paths.join(", ")}`, async () => {
      const good = await prepare();
      const modules = paths.map((path) => ({ ...good.modules[0]!, path }));
      await assert.rejects(makePusher().push({ ...good, modules }), { code });
    });
  }
});
