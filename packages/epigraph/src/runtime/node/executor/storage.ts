const NO_BLOB =
  "store() expects a Blob. If you are trying to store a Request, `await request.blob()` will give you the correct input.";
/** Bytes that travel at once. */
const PIECE_BYTES = 1024 * 1024;

type Ask = (name: string, args: object) => Promise<unknown>;
type Argument = Readonly<Record<string, unknown>>;

/** `ctx.storage.store`: the file goes to the host piece by piece. */
export async function storeBlob(ask: Ask, { requestId, blob, options }: Argument): Promise<unknown> {
  if (!(blob instanceof Blob)) throw new Error(NO_BLOB);
  const { sha256 = null } = (options ?? {}) as { readonly sha256?: unknown };
  const file = await ask("storage/beginStore", { requestId, contentType: blob.type, sha256 });
  for (let at = 0; at < blob.size; at += PIECE_BYTES) {
    const bytes = await blob.slice(at, at + PIECE_BYTES).arrayBuffer();
    await ask("storage/storePiece", { requestId, file, piece: Buffer.from(bytes).toString("base64") });
  }
  return ask("storage/endStore", { requestId, file });
}

/** `ctx.storage.get` */
export async function getBlob(ask: Ask, { requestId, storageId }: Argument): Promise<Blob | null> {
  if (typeof storageId !== "string") {
    throw new Error(`storage.get requires a string storageId but received ${String(storageId)}`);
  }
  const found = (await ask("storage/open", { requestId, storageId })) as {
    readonly file: number;
    readonly contentType: string | null;
  } | null;
  if (found === null) return null;
  const pieces: Buffer<ArrayBuffer>[] = [];
  for (;;) {
    const piece = (await ask("storage/readPiece", { requestId, file: found.file })) as string | null;
    if (piece === null) break;
    pieces.push(Buffer.from(piece, "base64"));
  }
  return new Blob(pieces, { type: found.contentType ?? "" });
}
