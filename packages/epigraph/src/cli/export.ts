import { createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
import {
  answerError,
  ask,
  askSystem,
  type Connection,
  findConnection,
  send,
  type Target,
} from "./connection.ts";
import type { CliIo } from "./io.ts";
import { StatusLine } from "./status-line.ts";
import { CommandError } from "./usage-error.ts";

export interface ExportOptions {
  readonly target: Target;
  /** A file that is made, or a folder; absolute. */
  readonly path: string;
  readonly isJson: boolean;
}

interface LatestExport {
  readonly state: "requested" | "in_progress" | "completed" | "failed" | "canceled";
  readonly _id: string;
}

const POLL_MS = 200;

/** Writes all documents of a deployment, as they were at one moment, into a ZIP. @throws CommandError */
export async function runExport({ target, path, isJson }: ExportOptions, io: CliIo): Promise<number> {
  const connection = findConnection(target, io);
  const status = new StatusLine(io);
  try {
    status.show("Exporting");
    await ask(connection, "/api/export/request/zip?includeStorage=false", {}, io.signal);
    const id = await waitForExport(connection, io.signal);
    status.show("Downloading");
    const { file, bytes } = await download(connection, id, path, io.signal);
    status.hide();
    if (isJson) io.stdout(`${JSON.stringify({ path: file, bytes })}\n`);
    else io.stdout(`${file}\n`);
    return 0;
  } finally {
    status.hide();
  }
}

async function waitForExport(connection: Connection, signal: AbortSignal): Promise<string> {
  for (;;) {
    const latest = await askSystem(connection, "_system/cli/exports:getLatest", {}, signal);
    const { state, _id } = latest as LatestExport;
    if (state === "completed") return _id;
    if (state === "failed") throw new CommandError("The export failed: the deployment's log says why.");
    if (state === "canceled") throw new CommandError("The export was cancelled by somebody else.");
    await setTimeout(POLL_MS, undefined, { signal });
  }
}

/** The file has its name once all of it is there. */
async function download(
  connection: Connection,
  id: string,
  path: string,
  signal: AbortSignal,
): Promise<{ readonly file: string; readonly bytes: number }> {
  const response = await send(connection, `/api/export/zip/${id}`, { method: "GET", signal });
  if (response.status !== 200 || response.body === null) {
    throw answerError({ status: response.status, text: await response.text() });
  }
  const name = /filename=([\w.-]+)/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() === true;
  const file = isFolder ? join(path, name ?? "snapshot.zip") : path;
  try {
    await pipeline(Readable.fromWeb(response.body as never), createWriteStream(`${file}.partial`));
    const { size } = await stat(`${file}.partial`);
    const expected = Number(response.headers.get("content-length") ?? size);
    if (size !== expected) throw new Error(`${size} of ${expected} bytes came`);
    await rename(`${file}.partial`, file);
    return { file, bytes: size };
  } catch (error) {
    await rm(`${file}.partial`, { force: true });
    if (signal.aborted) throw error;
    throw new CommandError(`The export can't be written to ${file}: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}
