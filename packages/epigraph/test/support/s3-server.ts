import { type ChildProcess, spawn } from "node:child_process";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { S3Settings } from "../../src/files/open-file-store.ts";
import type { PythonPackages } from "./python.ts";

/** A server that speaks S3. */
export const MOTO: PythonPackages = {
  folder: ".venv-s3",
  name: "moto",
  version: "5.2.5",
  beside: ["moto[s3]==5.2.5", "flask==3.1.2", "flask-cors==6.0.1"],
};

/** An S3-compatible service on a free port of this machine, with one bucket. It ends with this process. */
export class S3Server implements AsyncDisposable {
  readonly settings: S3Settings;
  readonly client: S3Client;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, settings: S3Settings) {
    this.#process = process;
    this.settings = settings;
    const { region, endpoint, credentials } = settings;
    const { accessKeyId, secretAccessKey } = credentials as NonNullable<S3Settings["credentials"]>;
    this.client = new S3Client({
      region,
      endpoint: endpoint as string,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
  }

  /** @param python one that has `MOTO`. */
  static async start(python: string): Promise<S3Server> {
    const server = spawn(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    process.once("exit", () => server.kill("SIGKILL"));
    const endpoint = await new Promise<string>((resolve, reject) => {
      let printed = "";
      server.stderr.setEncoding("utf8").on("data", (piece: string) => {
        printed = (printed + piece).slice(-10_000);
        const [, url] = /Running on (http:\/\/[\d.]+:\d+)/.exec(printed) ?? [];
        if (url !== undefined) resolve(url);
      });
      server.once("exit", () => reject(new Error(`The S3 server ended: ${printed}`)));
    });
    const started = new S3Server(server, {
      type: "s3",
      bucket: "app-files",
      region: "eu-central-1",
      endpoint,
      credentials: { accessKeyId: "test", secretAccessKey: "test", sessionToken: null },
      forcePathStyle: true,
      encrypts: true,
      sendsChecksums: true,
    });
    await started.client.send(
      new CreateBucketCommand({
        Bucket: "app-files",
        CreateBucketConfiguration: { LocationConstraint: "eu-central-1" },
      }),
    );
    return started;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.destroy();
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGKILL");
    await ended;
  }
}
