import { type FileHandle, open } from "node:fs/promises";
import { extname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { decodeValue } from "../values/encoded-json.ts";
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
import { CommandError, UsageError } from "./usage-error.ts";

export interface ImportOptions {
  readonly target: Target;
  /** Absolute. */
  readonly path: string;
  /** Null for a ZIP, which names its tables itself. */
  readonly table: string | null;
  readonly mode: "requireEmpty" | "append" | "replace" | "replaceAll";
  /** Null: as the file's name says. */
  readonly format: ImportFormat | null;
  /** Documents may be deleted without asking. */
  readonly isConfirmed: boolean;
  readonly isJson: boolean;
}

export const FORMATS = ["csv", "jsonLines", "jsonArray", "zip"] as const;
export type ImportFormat = (typeof FORMATS)[number];

interface ImportState {
  readonly state: "uploaded" | "waiting_for_confirmation" | "in_progress" | "completed" | "failed";
  readonly message_to_confirm?: string;
  readonly require_manual_confirmation?: boolean;
  readonly progress_message?: string;
  readonly num_rows_written?: never;
  readonly error_message?: string;
}

const BY_EXTENSION: Readonly<Record<string, ImportFormat>> = {
  ".csv": "csv",
  ".jsonl": "jsonLines",
  ".json": "jsonArray",
  ".zip": "zip",
};
const PART_BYTES = 5 * 1024 * 1024;
const POLL_MS = 100;

/**
 * Brings documents in from a file.
 * @returns the exit code: 1 when documents would be deleted and nobody has said that they may.
 * @throws UsageError, or CommandError when the import is refused; but for `append`, nothing of it is kept then.
 */
export async function runImport(options: ImportOptions, io: CliIo): Promise<number> {
  const format = options.format ?? BY_EXTENSION[extname(options.path).toLowerCase()];
  if (format === undefined) throw new UsageError(`--format is needed: one of ${FORMATS.join(", ")}.`);
  if (format !== "zip" && options.table === null) throw new UsageError("--table is needed for this file.");
  const connection = findConnection(options.target, io);
  const status = new StatusLine(io);
  try {
    const importId = await upload(connection, options, format, { io, status });
    const isWaiting = ({ state }: ImportState): boolean => state === "uploaded";
    const waiting = await follow(connection, importId, isWaiting, { io, status });
    if (waiting.message_to_confirm) status.print(`${waiting.message_to_confirm.trimEnd()}\n`);
    if (waiting.require_manual_confirmation !== false && !options.isConfirmed) {
      await ask(connection, "/api/cancel_import", { importId }, io.signal);
      throw new CommandError(
        "Documents that are there would be deleted: nothing was imported. --yes allows it.",
      );
    }
    await ask(connection, "/api/perform_import", { importId }, io.signal);
    const isRunning = ({ state }: ImportState): boolean => state !== "completed";
    const done = await follow(connection, importId, isRunning, { io, status });
    const written = String(decodeValue(done.num_rows_written ?? null));
    status.hide();
    if (options.isJson) io.stdout(`${JSON.stringify({ importId, documents: Number(written) })}\n`);
    else
      io.stderr(`Imported ${written} documents${options.table === null ? "" : ` into ${options.table}`}.\n`);
    return 0;
  } finally {
    status.hide();
  }
}

interface Shown {
  readonly io: CliIo;
  readonly status: StatusLine;
}

/** In parts, of which one is in memory. @returns the import's id. */
async function upload(
  connection: Connection,
  { path, table, mode }: ImportOptions,
  format: ImportFormat,
  { io, status }: Shown,
): Promise<string> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    const { uploadToken } = (await ask(connection, "/api/import/start_upload", {}, io.signal)) as {
      readonly uploadToken: string;
    };
    const partTokens: string[] = [];
    const buffer = new Uint8Array(PART_BYTES);
    for (let at = 0; at < size || partTokens.length === 0; at += PART_BYTES) {
      status.show(`Uploading ${size === 0 ? 100 : Math.floor((at / size) * 100)} %`);
      const { bytesRead } = await file.read(buffer, 0, PART_BYTES, at);
      const query = new URLSearchParams({ uploadToken, partNumber: String(partTokens.length + 1) });
      const response = await send(connection, `/api/import/upload_part?${query}`, {
        method: "POST",
        headers: { "Content-Type": "application/octet-stream" },
        body: buffer.subarray(0, bytesRead),
        signal: io.signal,
      });
      const text = await response.text();
      if (response.status !== 200) throw answerError({ status: response.status, text });
      partTokens.push(JSON.parse(text) as string);
    }
    const wanted = { mode, format, ...(table === null ? {} : { tableName: table }) };
    const body = { import: wanted, uploadToken, partTokens };
    const finished = await ask(connection, "/api/import/finish_upload", body, io.signal);
    return (finished as { readonly importId: string }).importId;
  } finally {
    await file.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    throw new CommandError(`The file can't be read: ${(error as Error).message}.`, { cause: error });
  }
}

/** Looks at an import for as long as that is to be waited for. @throws CommandError when it failed. */
async function follow(
  connection: Connection,
  importId: string,
  isPending: (state: ImportState) => boolean,
  { io, status }: Shown,
): Promise<ImportState> {
  for (;;) {
    const found = await askSystem(connection, "_system/cli/queryImport:default", { importId }, io.signal);
    if (found === null) throw new CommandError("The import is gone: it was cancelled by somebody else.");
    const { state } = found as { readonly state: ImportState };
    if (state.state === "failed") throw new CommandError(`The import failed: ${state.error_message}`);
    if (!isPending(state)) return state;
    status.show(state.progress_message ?? "Looking through the import");
    await setTimeout(POLL_MS, undefined, { signal: io.signal });
  }
}
