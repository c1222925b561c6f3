import { createWriteStream, existsSync } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { BackupManifest } from "../services/backup/manifest.ts";
import { BackupError, readBackup } from "../services/backup/read-backup.ts";
import { answerError, findConnection, send, type Target } from "./connection.ts";
import type { CliIo } from "./io.ts";
import { StatusLine } from "./status-line.ts";
import { CommandError } from "./usage-error.ts";

export interface BackupOptions {
  readonly target: Target;
  /** A file that is made, or a folder; absolute. */
  readonly path: string;
  /** Whether a file that is there may be replaced. */
  readonly isReplacing: boolean;
  readonly isJson: boolean;
}

const MEBIBYTE = 1024 * 1024;

/**
 * Backs up a deployment that runs, into one file, and compares all of it with its sums before it gets its name.
 * @throws CommandError
 */
export async function runBackup(options: BackupOptions, io: CliIo): Promise<number> {
  const connection = findConnection(options.target, io);
  const file = await fileOf(options.path, io.now());
  if (existsSync(file) && !options.isReplacing) {
    throw new CommandError(`${file} is there already: choose another --path, or replace it with --force.`);
  }
  const status = new StatusLine(io);
  const draft = `${file}.partial`;
  try {
    status.show("Copying the database");
    const response = await send(connection, "/api/epigraph/backup", { method: "GET", signal: io.signal });
    if (response.status !== 200 || response.body === null) {
      throw answerError({ status: response.status, text: await response.text() });
    }
    const body = Readable.fromWeb(response.body as never);
    const sink = createWriteStream(draft, { mode: 0o600, flush: true });
    await pipeline(body, progressOf(status), sink);
    const manifest = await readBackup(draft, null, (name) => status.show(`Verifying ${name}`));
    await rename(draft, file);
    const { size } = await stat(file);
    status.hide();
    tell(manifest, { file, size, isJson: options.isJson }, io);
    return 0;
  } catch (error) {
    await rm(draft, { force: true });
    if (io.signal.aborted || error instanceof CommandError) throw error;
    const why =
      error instanceof BackupError ? error.message.replace(draft, "What came") : (error as Error).message;
    throw new CommandError(
      `There is no backup: ${why} Look at the deployment's log, and at the room on both disks, and try again.`,
      { cause: error },
    );
  } finally {
    status.hide();
  }
}

function progressOf(status: StatusLine): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      status.show(`Downloading ${(bytes / MEBIBYTE).toFixed(1)} MiB`);
      done(null, chunk);
    },
  });
}

async function fileOf(path: string, now: Date): Promise<string> {
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() === true;
  if (!isFolder) return path;
  const time = now.toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "");
  return join(path, `epigraph-backup-${time}.zip`);
}

function tell(
  manifest: BackupManifest,
  { file, size, isJson }: { readonly file: string; readonly size: number; readonly isJson: boolean },
  io: CliIo,
): void {
  const { entries, ts, files } = manifest;
  const count = entries.filter(({ name }) => name.startsWith("files/")).length;
  if (isJson) {
    io.stdout(`${JSON.stringify({ path: file, bytes: size, ts, files: count, verified: true })}\n`);
    return;
  }
  io.stdout(`${file}\n`);
  const what = files === "included" ? `${count} files` : "no files, for they are in S3";
  io.stderr(
    `${basename(file)} has the database, ${what} and the deployment's secret: keep it where nobody else can read it. All of it was verified.\n`,
  );
}
