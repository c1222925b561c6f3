import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { type ApiAnswer, asAdmin, FunctionCaller, postApi } from "./support/functions-api.ts";
import type { RunningApp } from "./support/running-app.ts";
import { makeSmallDisk, type SmallDisk } from "./support/small-disk.ts";
import { fixture, startApp } from "./support/start-app.ts";

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;
const disk = makeSmallDisk(32);

if (typeof disk === "string") {
  describe("a full disk", () => {
    it.skip(`can't be simulated: ${disk}`);
  });
} else {
  const app = await startApp({ copyOf: fixture("faults-process"), args: ["--data", disk.folder] });
  after(async () => {
    using _ = disk;
    await app.stop();
  });
  describe("a full disk", () => testFullDisk(app, disk));
}

/** The tests build on each other: what one has stored, the later ones find. */
function testFullDisk(app: RunningApp, disk: SmallDisk): void {
  const acknowledged: string[] = [];

  const send = (body: string): Promise<ApiAnswer> =>
    postApi(app, "/api/mutation", { path: "messages:send", args: { body } });

  async function assertStored(body: string): Promise<void> {
    const { status, json } = await send(body);
    assert.deepEqual([status, json["status"]], [200, "success"], JSON.stringify(json));
    acknowledged.push(body);
  }

  async function assertRefused(body: string): Promise<void> {
    const from = app.output().length;
    const { status, json } = await send(body);
    assert.deepEqual([status, json["code"]], [503, "InternalServerError"], JSON.stringify(json));
    // The operator is told what the caller is not.
    await app.waitForOutput(
      /: StoreFull: The disk is full: nothing of this write was stored[^\n]*\n(?! +at )/,
      { from },
    );
  }

  /** Exactly what was acknowledged is there. */
  async function assertAllThere(): Promise<void> {
    const stored = (await new FunctionCaller(app).query("messages:list")) as { readonly body: string }[];
    assert.deepEqual(stored.map(({ body }) => body).toSorted(), acknowledged.toSorted());
  }

  const large = (mark: string): string => mark.padEnd(900 * KIBIBYTE, "x");

  it("fails the write that meets it, and none of those after it", async () => {
    await assertStored("before");
    disk.fillUpTo(300 * KIBIBYTE);
    await assertRefused(large("too large"));
    await assertStored("small enough");
    await assertAllThere();
  });

  it("fails the write that meets it, and none of those beside it", async () => {
    disk.fillUpTo(300 * KIBIBYTE);
    await Promise.all([
      ...Array.from({ length: 5 }, (_, i) => assertStored(`before ${i}`)),
      assertRefused(large("too large among others")),
      ...Array.from({ length: 5 }, (_, i) => assertStored(`after ${i}`)),
    ]);
    await assertAllThere();
  });

  it("keeps nobody from reading", async () => {
    disk.fillUpTo(0);
    await assertRefused(large("no room at all"));
    await assertAllThere();
  });

  it("is over as soon as there is room", async () => {
    disk.free();
    await assertStored(large("with room"));
    await assertAllThere();
  });

  it("fails an import that has no room, of which nothing stays", async () => {
    const load = (rows: number): Promise<ApiAnswer> => {
      const line = `${JSON.stringify({ text: "x".repeat(1000) })}\n`;
      const path = "/api/import?tableName=imported&format=jsonLines";
      return postApi(app, path, line.repeat(rows), asAdmin(app));
    };
    // Room for the file, and at most for half of what is made of it.
    disk.fillUpTo(12 * MEBIBYTE);
    const { status, json } = await load(8000);
    assert.deepEqual([status, json["code"]], [503, "InternalServerError"], JSON.stringify(json));
    await assertStored("beside what did not fit");
    const again = await load(1000);
    assert.deepEqual([again.status, again.json], [200, { numWritten: 1000 }]);
    disk.free();
    await assertAllThere();
  });

  it("has cost nothing that was acknowledged when the server is killed and starts again", async () => {
    disk.fillUpTo(0);
    await assertRefused(large("no room before the end"));
    await app.kill("SIGKILL");
    disk.free();
    await app.start();
    await assertAllThere();
    await assertStored("after all");
    await assertAllThere();
  });
}
