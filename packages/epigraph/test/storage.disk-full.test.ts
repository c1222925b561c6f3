import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { FunctionCaller } from "./support/functions-api.ts";
import type { RunningApp } from "./support/running-app.ts";
import { makeSmallDisk, type SmallDisk } from "./support/small-disk.ts";
import { fixture, startApp } from "./support/start-app.ts";

const MEBIBYTE = 1024 * 1024;
const disk = makeSmallDisk(48);

if (typeof disk === "string") {
  describe("files on a full disk", () => {
    it.skip(`can't be simulated: ${disk}`);
  });
} else {
  const app = await startApp({ copyOf: fixture("storage"), args: ["--data", disk.folder] });
  after(async () => {
    using _ = disk;
    await app.stop();
  });
  describe("files on a full disk", () => testFullDisk(app, disk));
}

/** The tests build on each other. */
function testFullDisk(app: RunningApp, disk: SmallDisk): void {
  const functions = new FunctionCaller(app);
  const upload = async (bytes: number): Promise<Response> =>
    fetch((await functions.mutation("files:uploadUrl")) as string, {
      method: "POST",
      body: Buffer.alloc(bytes),
    });
  const parts = (): number =>
    readdirSync(join(disk.folder, "files"), { recursive: true, withFileTypes: true }).filter(({ name }) =>
      name.endsWith(".part"),
    ).length;

  it("are refused where they find no room, and nothing is left of them", async () => {
    assert.equal((await upload(1000)).status, 200);
    disk.fillUpTo(3 * MEBIBYTE);
    const from = app.output().length;
    const refused = await upload(5 * MEBIBYTE);
    assert.deepEqual(
      [refused.status, ((await refused.json()) as { code: string }).code],
      [503, "InternalServerError"],
    );
    await app.waitForOutput(/StoreFull: A file could not be stored: the disk with .* is full\n/, { from });
    while (parts() > 0) await sleep(5);
    assert.equal(await functions.query("files:count"), 1);
  });

  it("are stored where they find some, also by functions", async () => {
    assert.equal((await upload(1000)).status, 200);
    const error = await functions.errorOf("action", "files:storeLarge", { bytes: 5 * MEBIBYTE });
    assert.match(error, /Your request couldn't be completed\. Try again later\./);
    await functions.action("files:store", { text: "small" });
    await functions.mutation("files:storeInMutation", { text: "small" });
    while (parts() > 0) await sleep(5);
    assert.equal(await functions.query("files:count"), 4);
  });

  it("are stored again as soon as there is room", async () => {
    disk.free();
    assert.equal((await upload(5 * MEBIBYTE)).status, 200);
    await functions.action("files:storeLarge", { bytes: 5 * MEBIBYTE });
    assert.equal(await functions.query("files:count"), 6);
  });
}
