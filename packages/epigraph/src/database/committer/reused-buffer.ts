import type { OnReadOpts } from "node:net";

const BUFFER_BYTES = 64 * 1024;

/**
 * For the `onread` option of a socket: reads into one buffer again and again. Otherwise each read gets 64 KiB of its own,
 * which are cut down to what came and freed much later; under load that left 60 MB of holes in the heap of a process.
 * @param onPiece the piece is valid during the call only.
 */
export function reusedBuffer(onPiece: (piece: Buffer) => void): OnReadOpts {
  return {
    buffer: Buffer.allocUnsafeSlow(BUFFER_BYTES),
    callback: (bytes, buffer) => {
      onPiece(Buffer.from(buffer.buffer as ArrayBuffer, buffer.byteOffset, bytes));
      return true;
    },
  };
}
