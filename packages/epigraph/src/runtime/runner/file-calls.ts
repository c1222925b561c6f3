import type { FetchedFile, FileHead } from "../kernel/bridge.ts";
import { operationFailure } from "./action-answers.ts";
import { OperationError } from "./action-frame.ts";
import type { ActionState } from "./action-state.ts";
import { OutgoingFile } from "./file-transfer.ts";

/** Largest file that `storage.get` gives: a larger one would fill the realm, and end whatever runs in it. */
const MAX_FILE_BYTES = 56 * 1024 * 1024;

/**
 * Stores a file of an action.
 * @param call its number names the exchange in which the file goes out.
 * @param body the whole file; undefined: it follows in chunks.
 * @returns the file's id. Fails with what app code may read.
 */
export function storeFile(
  { frame, exchanges }: ActionState,
  call: number,
  head: FileHead,
  body: ArrayBuffer | undefined,
): Promise<string> {
  const file = new OutgoingFile();
  exchanges.add(call, file);
  if (body !== undefined) {
    file.chunk(new Uint8Array(body), () => {});
    file.end();
  }
  // Whatever of it is still to come once it has failed is in nobody's way.
  return readable(frame.files.store(head, file.bytes())).finally(() => exchanges.cancel(call));
}

/**
 * Opens a file for an action.
 * @param call its number names the exchange that brings the file.
 * @param isOver whether the action has ended meanwhile.
 * @returns JSON text of a `FetchedFile`, or null. Fails with what app code may read.
 */
export async function openFile(
  { frame, exchanges }: ActionState,
  call: number,
  storageId: string,
  isOver: () => boolean,
): Promise<string> {
  const file = await readable(frame.files.open(storageId));
  if (file === null) return "null";
  const { size, contentType, content } = file;
  if (isOver() || size > MAX_FILE_BYTES) content.cancel();
  else exchanges.add(call, content);
  if (size > MAX_FILE_BYTES) throw new OperationError(tooLarge(size));
  return JSON.stringify({ size, contentType } satisfies FetchedFile);
}

async function readable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(operationFailure(error).message);
  }
}

function tooLarge(sizeBytes: number): string {
  return `The file has ${sizeBytes} bytes, and an action has room for ${MAX_FILE_BYTES}: give out its URL (\`storage.getUrl\`), or read it in a Node action ("use node").`;
}
