/** Memory taken at a time; frames of one turn stand in it one behind the other and are sent as one piece. */
const CHUNK_BYTES = 64 * 1024;
/** Length and sequence, four bytes each. */
export const FRAME_HEADER_BYTES = 8;
/** Longer text is measured before room is made for it. */
const MEASURED_TEXT_LENGTH = 4096;

/**
 * Writes frames: `u32 length, u32 sequence, payload`, where the length is that of the payload. All numbers are little
 * endian. Memory that was handed out is never written again, so a socket may keep it as long as it likes.
 */
export class FrameWriter {
  #chunk: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  /** Where the next `take` starts. */
  #taken = 0;
  #frame = 0;
  #at = 0;

  begin(sequence: number): void {
    this.#reserve(FRAME_HEADER_BYTES);
    this.#frame = this.#at;
    this.#chunk.writeUInt32LE(sequence, this.#at + 4);
    this.#at += FRAME_HEADER_BYTES;
  }

  end(): void {
    this.#chunk.writeUInt32LE(this.#at - this.#frame - FRAME_HEADER_BYTES, this.#frame);
  }

  /** All frames since the last call, ended ones only; null when there are none. */
  take(): Buffer | null {
    if (this.#at === this.#taken) return null;
    const frames = this.#chunk.subarray(this.#taken, this.#at);
    this.#taken = this.#at;
    return frames;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#chunk[this.#at++] = value;
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte. */
  integer(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#chunk[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#chunk[this.#at++] = rest;
  }

  bytes(value: Uint8Array): void {
    this.integer(value.length);
    this.#reserve(value.length);
    this.#chunk.set(value, this.#at);
    this.#at += value.length;
  }

  text(value: string): void {
    this.#reserve(4 + (value.length > MEASURED_TEXT_LENGTH ? Buffer.byteLength(value) : value.length * 3));
    const length = this.#chunk.write(value, this.#at + 4);
    this.#chunk.writeUInt32LE(length, this.#at);
    this.#at += 4 + length;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#chunk.length) return;
    // What is not taken yet moves along.
    const pending = this.#at - this.#taken;
    const chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, 2 * (pending + bytes)));
    this.#chunk.copy(chunk, 0, this.#taken, this.#at);
    this.#chunk = chunk;
    this.#frame -= this.#taken;
    this.#at = pending;
    this.#taken = 0;
  }
}
