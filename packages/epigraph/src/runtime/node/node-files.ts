import type { ActionFiles, StoredFileHead } from "../runner/action-files.ts";
import { OperationError } from "../runner/action-frame.ts";
import { type IncomingFile, OutgoingFile } from "../runner/file-transfer.ts";

/** Bytes that travel at once, in base64. */
export const NODE_PIECE_BYTES: number = 1024 * 1024;

interface Storing {
  readonly file: OutgoingFile;
  readonly stored: Promise<string>;
}

type Arguments = Readonly<Record<string, unknown>>;
type Operation = (args: Arguments) => Promise<unknown>;

/**
 * `storage.store` and `storage.get` of one Node action, as operations that its process asks for, piece by piece: each is
 * answered when the next may come. Files that are on their way are named by numbers.
 */
export class NodeFiles {
  readonly #files: ActionFiles;
  readonly #storing = new Map<number, Storing>();
  readonly #reading = new Map<number, IncomingFile>();
  #next = 0;

  constructor(files: ActionFiles) {
    this.#files = files;
  }

  /** Answers an operation with JSON text; undefined when it is none of these. @throws as `ActionFiles` */
  answer(name: string, argsJson: string): Promise<string> | undefined {
    if (!Object.hasOwn(this.#operations, name)) return undefined;
    const run = this.#operations[name] as Operation;
    return run(JSON.parse(argsJson) as Arguments).then((result) => JSON.stringify(result));
  }

  /** The action has ended: what it had not stored whole is none. */
  cancelAll(): void {
    for (const { file } of this.#storing.values()) file.cancel();
    for (const file of this.#reading.values()) file.cancel();
  }

  readonly #operations: Readonly<Record<string, Operation>> = {
    "storage/beginStore": async (head) => {
      const file = new OutgoingFile();
      const stored = this.#files.store(head as unknown as StoredFileHead, file.bytes());
      // Whoever asks how it ended hears of a failure.
      stored.catch(() => file.cancel());
      this.#storing.set(++this.#next, { file, stored });
      return this.#next;
    },
    "storage/storePiece": async ({ file: number, piece }) => {
      const { file } = known(this.#storing, number);
      const bytes = Buffer.from(String(piece), "base64");
      await new Promise<void>((resolve) => {
        if (file.chunk(bytes, resolve) !== "wait") resolve();
      });
      return null;
    },
    "storage/endStore": async ({ file: number }) => {
      const { file, stored } = known(this.#storing, number);
      file.end();
      try {
        return await stored;
      } finally {
        this.#storing.delete(number as number);
      }
    },
    "storage/open": async ({ storageId }) => {
      const found = await this.#files.open(storageId);
      if (found === null) return null;
      const { size, contentType, content } = found;
      this.#reading.set(++this.#next, content);
      return { file: this.#next, size, contentType };
    },
    "storage/readPiece": async ({ file: number }) => {
      const pieces: Uint8Array[] = [];
      const { body } = known(this.#reading, number);
      for (let bytes = 0; bytes < NODE_PIECE_BYTES; ) {
        const piece = await body.read();
        if (piece === null) break;
        pieces.push(piece);
        bytes += piece.length;
      }
      if (pieces.length === 0) this.#reading.delete(number as number);
      return pieces.length === 0 ? null : Buffer.concat(pieces).toString("base64");
    },
  };
}

function known<T>(files: ReadonlyMap<number, T>, number: unknown): T {
  const found = files.get(number as number);
  if (found === undefined) throw new OperationError("The file is not on its way any more");
  return found;
}
