import { FRAME_HEADER_BYTES } from "./frame-writer.ts";

/** Takes a stream of frames apart, however it was cut into pieces. */
export class FrameReader {
  readonly #maxBytes: () => number;
  readonly #onFrame: (sequence: number, payload: PayloadReader) => void;
  #pieces: Buffer[] = [];
  #held = 0;
  /** Bytes that must be there before it is worth looking again. */
  #wanted = FRAME_HEADER_BYTES;

  /**
   * @param maxBytes longest payload that is accepted now.
   * @param onFrame the payload is valid during the call only.
   */
  constructor(maxBytes: () => number, onFrame: (sequence: number, payload: PayloadReader) => void) {
    this.#maxBytes = maxBytes;
    this.#onFrame = onFrame;
  }

  /**
   * @param piece valid during the call only: what has to wait for more is copied.
   * @throws RangeError for a frame that is too long, or whatever `onFrame` throws: the stream is unusable then.
   */
  push(piece: Buffer): void {
    this.#held += piece.length;
    if (this.#held < this.#wanted) {
      this.#pieces.push(Buffer.from(piece));
      return;
    }
    const data = this.#pieces.length === 0 ? piece : Buffer.concat([...this.#pieces, piece], this.#held);
    let at = 0;
    this.#wanted = FRAME_HEADER_BYTES;
    while (data.length - at >= FRAME_HEADER_BYTES) {
      const length = data.readUInt32LE(at);
      if (length > this.#maxBytes()) throw new RangeError(`a frame of ${length} bytes is too long`);
      const end = at + FRAME_HEADER_BYTES + length;
      if (end > data.length) {
        this.#wanted = FRAME_HEADER_BYTES + length;
        break;
      }
      this.#onFrame(data.readUInt32LE(at + 4), new PayloadReader(data, at + FRAME_HEADER_BYTES, end));
      at = end;
    }
    this.#held = data.length - at;
    this.#pieces = this.#held === 0 ? [] : [Buffer.from(data.subarray(at))];
  }
}

/** Reads what `FrameWriter` wrote, in the same order. */
export class PayloadReader {
  readonly #data: Buffer;
  readonly #end: number;
  #at: number;

  constructor(data: Buffer, start: number, end: number) {
    this.#data = data;
    this.#at = start;
    this.#end = end;
  }

  byte(): number {
    return this.#data[this.#take(1)]!;
  }

  integer(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      if (byte < 0x80) return value + byte * scale;
      value += (byte - 0x80) * scale;
      scale *= 0x80;
    }
  }

  /** A view: valid as long as the payload is. */
  bytes(): Uint8Array {
    const length = this.integer();
    return new Uint8Array(this.#data.buffer, this.#data.byteOffset + this.#take(length), length);
  }

  /** UTF-8 of a text, undecoded. A copy. */
  textBytes(): Buffer {
    const length = this.#data.readUInt32LE(this.#take(4));
    const start = this.#take(length);
    return Buffer.from(this.#data.subarray(start, start + length));
  }

  text(): string {
    const start = this.#take(4);
    const length = this.#data.readUInt32LE(start);
    return this.#data.toString("utf8", this.#take(length), this.#at);
  }

  /** @throws RangeError when something is left. */
  expectEnd(): void {
    if (this.#at !== this.#end) throw new RangeError("a frame is longer than its content");
  }

  #take(bytes: number): number {
    const start = this.#at;
    this.#at += bytes;
    if (this.#at > this.#end) throw new RangeError("a frame is shorter than its content");
    return start;
  }
}
