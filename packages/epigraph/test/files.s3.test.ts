import { after } from "node:test";
import {
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { runFileStoreConformance } from "../src/files/conformance/file-store-conformance.ts";
import { openFileStore } from "../src/files/open-file-store.ts";
import { setUpPython } from "./support/python.ts";
import { MOTO, S3Server } from "./support/s3-server.ts";

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
}
