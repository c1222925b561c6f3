import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSettings } from "./file-settings.ts";

const ALL = {
  S3_STORAGE_EXPORTS_BUCKET: "exports",
  S3_STORAGE_SNAPSHOT_IMPORTS_BUCKET: "imports",
  S3_STORAGE_MODULES_BUCKET: "modules",
  S3_STORAGE_FILES_BUCKET: "files",
  S3_STORAGE_SEARCH_BUCKET: "search",
  AWS_REGION: "eu-central-1",
};

test("files are in the data folder where nothing is said of S3, or credentials alone", () => {
  const nothing = { files: null, warning: null };
  assert.deepEqual(readFileSettings({}), nothing);
  assert.deepEqual(readFileSettings({ AWS_REGION: "x", AWS_ACCESS_KEY_ID: "x" }), nothing);
  assert.deepEqual(readFileSettings({ S3_STORAGE_FILES_BUCKET: "" }), nothing);
});

test("files are in S3 where all buckets and the region are named", () => {
  assert.deepEqual(readFileSettings(ALL), {
    files: {
      type: "s3",
      bucket: "files",
      region: "eu-central-1",
      endpoint: null,
      credentials: null,
      forcePathStyle: false,
      encrypts: true,
      sendsChecksums: true,
    },
    warning: null,
  });
});

test("another service than Amazon's has its own settings", () => {
  const { files } = readFileSettings({
    ...ALL,
    S3_ENDPOINT_URL: "http://minio:9000",
    AWS_S3_FORCE_PATH_STYLE: "true",
    AWS_S3_DISABLE_SSE: "1",
    AWS_S3_DISABLE_CHECKSUMS: "TRUE",
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_SESSION_TOKEN: "",
  });
  assert.deepEqual(
    [files?.endpoint, files?.forcePathStyle, files?.encrypts, files?.sendsChecksums, files?.credentials],
    [
      "http://minio:9000",
      true,
      false,
      false,
      { accessKeyId: "key", secretAccessKey: "secret", sessionToken: null },
    ],
  );
});

for (const name of Object.keys(ALL)) {
  test(`without ${name} files are in the data folder, which is said`, () => {
    const { files, warning } = readFileSettings({ ...ALL, [name]: undefined });
    assert.equal(files, null);
    assert.match(warning ?? "", new RegExp(`set and ${name} not: files are kept in the data folder`));
  });
}
