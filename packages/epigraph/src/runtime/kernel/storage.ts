import { toArrayBuffer } from "../platform/bytes.ts";
import type { PlatformHooks } from "../platform/index.ts";
import type { FetchedFile, FileHead } from "./bridge.ts";
import { currentExecution, type Execution } from "./execution.ts";
import { host } from "./host.ts";
import { startOperation } from "./operations.ts";
import { sendChunk } from "./send-chunk.ts";
import { wrongKind } from "./wrong-kind.ts";

/** Bytes that cross to the host at once. */
const PIECE_BYTES = 65_536;
const NO_BLOB =
  "store() expects a Blob. If you are trying to store a Request, `await request.blob()` will give you the correct input.";

type Argument = Readonly<Record<string, unknown>>;

/** `ctx.storage.store` of actions. */
export async function storeBlob({ blob, options }: Argument, hooks: PlatformHooks): Promise<string> {
  demandAction("storage.store()");
  const content = hooks.takeBlob(blob);
  if (content === null) throw new Error(NO_BLOB);
  const execution = currentExecution();
  const { bytes, type } = content;
  const { sha256 = null } = (options ?? {}) as { readonly sha256?: unknown };
  const head: FileHead = { contentType: type, sha256 };
  const isShort = bytes.length <= PIECE_BYTES;
  const exchange = execution.nextCall;
  const stored = startOperation<string>("storageStore", ({ id }, call) =>
    host.storeFile(id, call, JSON.stringify(head), isShort ? toArrayBuffer(bytes) : undefined),
  );
  if (!isShort) void sendPieces(execution, exchange, bytes);
  return stored;
}

/** `ctx.storage.get` of actions. */
export async function getBlob({ storageId }: Argument, hooks: PlatformHooks): Promise<unknown> {
  demandAction("storage.get()");
  if (typeof storageId !== "string") {
    throw new Error(`storage.get requires a string storageId but received ${String(storageId)}`);
  }
  const exchange = currentExecution().nextCall;
  const json = await startOperation<string>("storageGet", ({ id }, call) =>
    host.openFile(id, call, storageId),
  );
  const file = JSON.parse(json) as FetchedFile | null;
  if (file === null) return null;
  const bytes = new Uint8Array(file.size);
  let at = 0;
  for (;;) {
    const chunk = await startOperation<Uint8Array | null>("storageGet", ({ id }, call) =>
      host.readBody(id, call, exchange),
    );
    if (chunk === null) break;
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return hooks.makeBlob(bytes, file.contentType ?? "");
}

async function sendPieces(execution: Execution, exchange: number, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece = toArrayBuffer(bytes.subarray(at, at + PIECE_BYTES));
    if (!(await sendChunk(execution, exchange, piece))) return;
  }
  host.endBody(execution.id, exchange);
}

function demandAction(subject: string): void {
  const execution = currentExecution();
  if (execution.isImporting) throw new Error(`${subject} unsupported at import time`);
  if (execution.isTransaction) throw new Error(wrongKind(subject));
}
