import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeId } from "../src/values/id.ts";
import { FunctionCaller, postApi } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();

for (const sdk of ["official", "own"] as const) {
  describe(`ctx.storage with ${sdk === "official" ? "the official SDK" : "our own SDK"}`, async () => {
    const app = await startApp({ copyOf: fixture("storage"), sdk });
    after(() => app.stop());
    const functions = new FunctionCaller(app);
    const query = (name: string, args: object = {}): Promise<unknown> =>
      functions.query(`files:${name}`, args);
    const mutation = (name: string, args: object = {}): Promise<unknown> =>
      functions.mutation(`files:${name}`, args);
    const action = <T>(name: string, args: object = {}): Promise<T> =>
      functions.action(`files:${name}`, args) as Promise<T>;
    /** Uploads a file through an upload URL. @returns its id. */
    const upload = async (body: string, type?: string): Promise<string> => {
      const url = (await mutation("uploadUrl")) as string;
      const headers = type === undefined ? {} : { "content-type": type };
      const response = await fetch(url, { method: "POST", body: Buffer.from(body), headers });
      assert.equal(response.status, 200, await response.clone().text());
      return ((await response.json()) as { storageId: string }).storageId;
    };
    const textOf = async (url: unknown): Promise<string> => (await fetch(url as string)).text();
    /** For a while: what an action left may only begin to be written when the action has ended. */
    const settleAt = async (count: number): Promise<void> => {
      for (let same = 0; same < 60; same = filesOnDisk() === count ? same + 1 : 0) await sleep(5);
    };
    const filesOnDisk = (): number =>
      readdirSync(join(app.folder, ".epigraph", "files"), { recursive: true, withFileTypes: true }).filter(
        (each) => each.isFile(),
      ).length;

    it("gives queries the URL, the metadata and the document of an uploaded file", async () => {
      const id = await upload("hello", "text/plain");
      const url = (await query("url", { id })) as string;
      assert.ok(url.startsWith(`${app.api}/api/storage/`));
      const uuid = url.slice(`${app.api}/api/storage/`.length);
      assert.match(uuid, UUID);
      assert.deepEqual(await query("metadata", { id }), {
        storageId: uuid,
        sha256: digestOf("hello").toString("hex"),
        size: 5,
        contentType: "text/plain",
      });
      const { _creationTime, ...document } = (await query("document", { id })) as Record<string, unknown>;
      assert.equal(typeof _creationTime, "number");
      const sha256 = digestOf("hello").toString("base64");
      assert.deepEqual(document, { _id: id, sha256, size: 5, contentType: "text/plain" });
      assert.equal(await query("url", { id }), url);
      for (const name of [uuid, uuid.toUpperCase()]) assert.equal(await query("url", { id: name }), url);
      assert.equal(((await query("metadata", { id: uuid })) as { size: number }).size, 5);
    });

    it("lets queries read alone", async () => {
      const id = await upload("x");
      const refused = (await query("writeInQuery", { id })) as string[];
      assert.deepEqual(
        refused.slice(0, 4),
        ["GenerateUploadUrl", "Delete", "Get", "Store"].map(
          (name) => `Unknown async operation 1.0/storage${name}`,
        ),
      );
      assert.match(refused[4] ?? "", /^Can't use storage\.store\(\) in queries and mutations\./);
      assert.match(refused[5] ?? "", /^Can't use storage\.get\(\) in queries and mutations\./);
    });

    it("deletes in mutations: from the commit on the file is gone, also for its URL", async () => {
      const id = await upload("short-lived");
      const url = (await query("url", { id })) as string;
      assert.equal(await mutation("remove", { id }), null);
      assert.deepEqual(
        [await query("url", { id }), await query("metadata", { id }), await query("document", { id })],
        [null, null, null],
      );
      assert.equal((await fetch(url)).status, 404);
      assert.match(
        await functions.errorOf("mutation", "files:remove", { id }),
        new RegExp(`storage id ${id} not found`),
      );
      const other = await upload("twice");
      assert.equal(await mutation("removeTwice", { id: other }), `storage id ${other} not found`);
    });

    it("takes a deletion back with its mutation", async () => {
      const id = await upload("kept");
      const url = await query("url", { id });
      assert.match(await functions.errorOf("mutation", "files:removeAndThrow", { id }), /after all/);
      assert.equal(await query("url", { id }), url);
      assert.equal(await textOf(url), "kept");
    });

    it("says what is wrong with an id", async () => {
      for (const kind of ["badIds", "badIdsInAction"]) {
        const run = kind === "badIds" ? mutation : action;
        const names = ["getUrl", "getMetadata", "get", "delete"];
        const [malformed] = (await run(kind, { ids: ["nonsense"] })) as string[][];
        assert.deepEqual(
          malformed,
          names.map(
            (name) =>
              `Invalid argument \`storageId\` for \`storage.${name}\`: Invalid storage ID: "nonsense". Storage ID should be an Id of '_storage' table, or a UUID string.`,
          ),
        );
        const other = encodeId(539, new Uint8Array(16));
        const [foreign] = (await run(kind, { ids: [other] })) as string[][];
        assert.deepEqual(
          foreign,
          names.map(
            (name) =>
              `Invalid argument \`storageId\` for \`storage.${name}\`: Invalid storage ID. Storage ID cannot be an ID on any table other than '_storage'.`,
          ),
        );
      }
    });

    it("stores and reads in mutations, as part of the transaction", async () => {
      const [id, text, type] = (await mutation("storeInMutation", {
        text: "in a mutation",
        type: "text/x",
      })) as string[];
      assert.deepEqual([text, type], ["in a mutation", "text/x"]);
      const response = await fetch((await query("url", { id })) as string);
      assert.deepEqual(
        [response.headers.get("content-type"), await response.text()],
        ["text/x", "in a mutation"],
      );
      const uploaded = await upload("by URL");
      assert.deepEqual(await mutation("getInMutation", { ids: [id, uploaded, id] }), [
        "in a mutation",
        "by URL",
        "in a mutation",
      ]);
      const copy = (await mutation("copyInMutation", { id: uploaded })) as string;
      assert.equal(await textOf(await query("url", { id: copy })), "by URL");
      await mutation("remove", { id: copy });
      assert.deepEqual(await mutation("getInMutation", { ids: [copy] }), [null]);
      const [bare] = (await mutation("storeInMutation", { text: "" })) as string[];
      assert.equal(((await query("document", { id: bare })) as { contentType: unknown }).contentType, null);
    });

    it("keeps nothing of what a mutation stored that failed, nor of a nested one", async () => {
      const before = [await query("count"), filesOnDisk()] as [number, number];
      assert.match(
        await functions.errorOf("mutation", "files:storeInMutation", { text: "x", fails: true }),
        /no file after all/,
      );
      assert.deepEqual([await query("count"), filesOnDisk()], before);
      const { failed, kept } = (await mutation("storeNested")) as { failed: string; kept: string };
      assert.match(failed, /no file after all/);
      assert.equal(await textOf(await query("url", { id: kept })), "kept");
      assert.deepEqual([await query("count"), filesOnDisk()], [before[0] + 1, before[1] + 1]);
    });

    it("checks digests, and tells what they were", async () => {
      const right = digestOf("text");
      const message = `Sha256 mismatch. Expected: ${digestOf("other").toString("base64")} Actual: ${right.toString("base64")}`;
      for (const encoding of ["base64", "hex"] as const) {
        const args = { text: "text", sha256: right.toString(encoding) };
        await mutation("storeInMutation", args);
        await action("store", args);
        const wrong = { text: "text", sha256: digestOf("other").toString(encoding) };
        const count = await query("count");
        assert.ok((await functions.errorOf("mutation", "files:storeInMutation", wrong)).includes(message));
        assert.ok((await functions.errorOf("action", "files:store", wrong)).includes(message));
        assert.equal(await query("count"), count);
      }
    });

    it("limits what mutations store and read, and counts it", async () => {
      const id = await upload("123");
      assert.deepEqual(await mutation("metrics", { id }), [1, 5, 1, 3]);
      assert.equal(((await mutation("storeWithin", { text: "12345", bytes: 5 })) as unknown[])[1], "12345");
      assert.match(
        (await mutation("storeWithin", { text: "123456", bytes: 5 })) as string,
        /Too many bytes of files stored in a single function execution \(limit: 5 B\)/,
      );
    });

    it("does everything in actions, each at once", async () => {
      const id = await upload("in an action", "text/plain");
      const url = await query("url", { id });
      const result = await action<Record<string, unknown>>("ways", { id });
      assert.match(result["uploadUrl"] as string, new RegExp(`^${app.api}/api/storage/upload\\?token=`));
      assert.deepEqual(
        [result["url"], result["got"], result["after"], result["again"]],
        [url, ["in an action", "text/plain", 12], [null, null, null], `storage id ${id} not found`],
      );
      assert.equal((result["metadata"] as { size: number }).size, 12);
      assert.equal(await query("url", { id }), null);
    });

    it("stores and reads the same bytes in actions, seen by what they call next", async () => {
      const { stored, ...rest } = await action<Record<string, unknown>>("store", {
        text: "zoë",
        type: "text/plain",
      });
      assert.deepEqual(rest, { isSeen: true, got: ["zoë", "text/plain", 4] });
      assert.equal(await textOf(await query("url", { id: stored as string })), "zoë");
      const untyped = await action<Record<string, unknown>>("store", { text: "" });
      assert.deepEqual(untyped["got"], ["", "", 0]);
      const large = await action<Record<string, unknown>>("storeLarge", { bytes: 5_000_001 });
      assert.deepEqual([large["size"], large["differences"]], [5_000_001, 0]);
    });

    it("gives actions files as large as they have room for, and tells of larger ones", async () => {
      const sizeOf = async (bytes: number): Promise<unknown> => {
        const url = (await mutation("uploadUrl")) as string;
        const response = await fetch(url, { method: "POST", body: Buffer.alloc(bytes) });
        const { storageId } = (await response.json()) as { storageId: string };
        return action("getSize", { id: storageId });
      };
      assert.equal(await sizeOf(56 * 1024 * 1024), 56 * 1024 * 1024);
      assert.match(
        (await sizeOf(56 * 1024 * 1024 + 1)) as string,
        /^The file has 58720257 bytes, and an action has room for 58720256/,
      );
    });

    it("refuses what is no Blob, no digest and no id in actions", async () => {
      const [noBlob, noDigest, noId] = await action<string[]>("storeNothing");
      assert.match(noBlob ?? "", /^store\(\) expects a Blob/);
      assert.match(noDigest ?? "", /sha256/);
      assert.equal(noId, "storage.get requires a string storageId but received 7");
    });

    it("drops what an action leaves half stored", async () => {
      const before = [await query("count"), filesOnDisk()] as [number, number];
      const { json } = await postApi(app, "/api/action", { path: "files:storeAndLeave", args: {} });
      assert.equal(json["value"], "left");
      assert.match(JSON.stringify(json["logLines"]), /1 unawaited operation\(s\): \[storageStore\]/);
      await settleAt(before[1]);
      assert.equal(await query("count"), before[0]);
    });

    it("survives conflicts: of mutations that store at once each makes one file", async () => {
      const before = [await query("count"), filesOnDisk()] as [number, number];
      const texts = Array.from({ length: 8 }, (_, i) => `file ${i}`);
      const counts = await action<number[]>("storeInside", { texts });
      assert.deepEqual(
        counts.toSorted((a, b) => a - b),
        texts.map((_, i) => before[0] + i + 1),
      );
      await settleAt(before[1] + texts.length);
    });

    it("does the same in Node actions", async () => {
      const result = (await functions.action("node:ways", { text: "nöde" })) as Record<string, unknown>;
      const { stored, refused, ...rest } = result as { stored: string; refused: string[] };
      assert.deepEqual(rest, {
        got: ["nöde", "text/plain", 5],
        fetched: "nöde",
        metadata: { size: 6, contentType: "text/plain;charset=UTF-8" },
        gone: [null, null],
      });
      assert.match(refused[0] ?? "", /^storage id .* not found$/);
      assert.match(
        refused[1] ?? "",
        /^Invalid argument `storageId` for `storage\.get`: Invalid storage ID: "nonsense"/,
      );
      assert.match(refused[2] ?? "", /^store\(\) expects a Blob/);
      assert.match(refused[3] ?? "", /^Sha256 mismatch\. Expected: A{43}= Actual: /);
      assert.equal(await textOf(await query("url", { id: stored })), "nöde");
      assert.equal(await functions.action("node:large", { bytes: 10_000_001 }), true);
    });

    it("drops what a Node action leaves half stored", async () => {
      const before = [await query("count"), filesOnDisk()] as [number, number];
      assert.equal(await functions.action("node:storeAndLeave"), "left");
      await settleAt(before[1]);
      assert.equal(await query("count"), before[0]);
    });

    it("stores and serves in HTTP actions", async () => {
      const response = await fetch(`${app.site}/upload`, {
        method: "POST",
        body: "through the app",
        headers: { "content-type": "text/x-app" },
      });
      const { stored, url } = (await response.json()) as { stored: string; url: string };
      assert.equal(await textOf(url), "through the app");
      const served = await fetch(`${app.site}/file?id=${stored}`);
      assert.deepEqual(
        [served.headers.get("content-type"), await served.text()],
        ["text/x-app", "through the app"],
      );
    });
  });
}
