import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { runFileStoreConformance } from "../src/files/conformance/file-store-conformance.ts";
import { openFileStore } from "../src/files/open-file-store.ts";
import { FunctionCaller } from "./support/functions-api.ts";
import { setUpPython } from "./support/python.ts";
import { MOTO, S3Server } from "./support/s3-server.ts";
import { fixture, startApp } from "./support/start-app.ts";

const setUp = await setUpPython(MOTO);
if ("missing" in setUp) {
  runFileStoreConformance("S3", {} as never, setUp.missing);
} else {
  const server = await S3Server.start(setUp.python);
  after(() => server[Symbol.asyncDispose]());
  const { client, settings } = server;
  const Bucket = settings.bucket;
  for (const [name, changed] of [
    ["S3", {}],
    ["S3 without checksums and encryption", { sendsChecksums: false, encrypts: false }],
  ] as const) {
    runFileStoreConformance(name, {
      store: await openFileStore({ ...settings, ...changed }),
      leaveHalf: async (Key) => {
        const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
        await client.send(
          new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: "half", ContentLength: 4 }),
        );
      },
      count: async () => {
        const { KeyCount = 0 } = await client.send(new ListObjectsV2Command({ Bucket }));
        const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
        return KeyCount + Uploads.length;
      },
    });
  }

  test("a deployment with its files in S3 has them there, in every kind of function and for its URLs", async () => {
    const buckets = ["EXPORTS", "SNAPSHOT_IMPORTS", "MODULES", "FILES", "SEARCH"];
    await using app = await startApp({
      copyOf: fixture("storage"),
      env: {
        ...Object.fromEntries(buckets.map((kind) => [`S3_STORAGE_${kind}_BUCKET`, Bucket])),
        AWS_REGION: settings.region,
        S3_ENDPOINT_URL: settings.endpoint as string,
        AWS_S3_FORCE_PATH_STYLE: "true",
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
      },
    });
    const objects = async (): Promise<number> =>
      (await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount ?? 0;
    const before = await objects();
    const functions = new FunctionCaller(app);
    const upload = await fetch((await functions.mutation("files:uploadUrl")) as string, {
      method: "POST",
      body: "by URL",
      headers: { "content-type": "text/plain" },
    });
    const { storageId: id } = (await upload.json()) as { storageId: string };
    const url = (await functions.query("files:url", { id })) as string;
    const whole = await fetch(url);
    assert.deepEqual([whole.headers.get("content-type"), await whole.text()], ["text/plain", "by URL"]);
    assert.equal(await (await fetch(url, { headers: { range: "bytes=3-5" } })).text(), "URL");
    assert.deepEqual(await functions.mutation("files:getInMutation", { ids: [id] }), ["by URL"]);
    const [, text] = (await functions.mutation("files:storeInMutation", {
      text: "in a mutation",
    })) as string[];
    assert.equal(text, "in a mutation");
    const inAction = (await functions.action("files:store", { text: "in an action" })) as { got: unknown };
    assert.deepEqual(inAction.got, ["in an action", "", 12]);
    const inNode = (await functions.action("node:ways", { text: "in Node" })) as { got: unknown };
    assert.deepEqual(inNode.got, ["in Node", "text/plain", 7]);
    // What a run of a mutation stored that then lost against another writer goes behind its back.
    for (let waitedMs = 0; waitedMs < 10_000 && (await objects()) > before + 5; waitedMs += 100)
      await sleep(100);
    assert.equal(await objects(), before + 5);
    await functions.mutation("files:remove", { id });
    assert.equal((await fetch(url)).status, 404);
  });
}
