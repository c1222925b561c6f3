import type { Readable } from "node:stream";
import { Readable as NodeReadable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  NoSuchKey,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { type ByteRange, type FileStore, isFileKey } from "../file-store.ts";
import type { S3Settings } from "../open-file-store.ts";

/** A file has 10,000 parts at most, hence 80 GB. */
const PART_BYTES = 8 * 1024 * 1024;
/** Parts of one file that are on their way at once: with that which is filled, the memory that a file takes. */
const PARTS_AT_ONCE = 2;

/** Files as objects of a bucket, whose names are their keys. Larger ones are sent in parts. */
export class S3FileStore implements FileStore {
  readonly #client: S3Client;
  readonly #settings: S3Settings;

  constructor(settings: S3Settings) {
    const { region, endpoint, forcePathStyle, credentials, sendsChecksums } = settings;
    const checksums = sendsChecksums ? "WHEN_SUPPORTED" : "WHEN_REQUIRED";
    this.#settings = settings;
    this.#client = new S3Client({
      region,
      forcePathStyle,
      requestChecksumCalculation: checksums,
      responseChecksumValidation: checksums,
      ...(endpoint === null ? {} : { endpoint }),
      ...(credentials === null
        ? {}
        : {
            credentials: {
              accessKeyId: credentials.accessKeyId,
              secretAccessKey: credentials.secretAccessKey,
              ...(credentials.sessionToken === null ? {} : { sessionToken: credentials.sessionToken }),
            },
          }),
    });
  }

  async write(key: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const upload = new Upload({
      client: this.#client,
      params: {
        ...this.#object(key),
        Body: NodeReadable.from(bytes, { objectMode: false }),
        ...(this.#settings.encrypts ? { ServerSideEncryption: "AES256" } : {}),
      },
      partSize: PART_BYTES,
      queueSize: PARTS_AT_ONCE,
    });
    await upload.done();
  }

  async read(key: string, range?: ByteRange): Promise<Readable | null> {
    const part = range === undefined ? {} : { Range: `bytes=${range.first}-${range.last}` };
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ ...this.#object(key), ...part }));
      return Body as Readable;
    } catch (error) {
      if (error instanceof NoSuchKey) return null;
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    const object = this.#object(key);
    await this.#client.send(new DeleteObjectCommand(object));
    // Parts that a killed writer has sent are no object, and are paid for all the same.
    const { Uploads = [] } = await this.#client.send(
      new ListMultipartUploadsCommand({ Bucket: object.Bucket, Prefix: key }),
    );
    for (const { UploadId } of Uploads) {
      await this.#client.send(new AbortMultipartUploadCommand({ ...object, UploadId }));
    }
  }

  #object(key: string): { readonly Bucket: string; readonly Key: string } {
    if (!isFileKey(key)) throw new RangeError(`"${key}" is no key of a file`);
    return { Bucket: this.#settings.bucket, Key: key };
  }
}
