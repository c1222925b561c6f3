import { createCipheriv } from "node:crypto";
import { CryptoFailure } from "./crypto-failure.ts";
import { integer } from "./key-material.ts";

const BLOCK_BYTES = 16;

/**
 * AES-CTR in either direction. Where the standard lets the last `counterBits` count and wrap around, node:crypto counts
 * in the whole block: data that passes the wrap is done in two parts.
 */
export function runCounterMode(
  how: {
    readonly cipherName: string;
    readonly key: Buffer;
    readonly block: Buffer;
    readonly counterBits: number;
  },
  data: Buffer,
): Uint8Array {
  const { cipherName, key, block } = how;
  const counterBits = BigInt(integer(how.counterBits, 1, 128, "The length of the counter"));
  const start = BigInt(`0x${block.toString("hex")}`);
  const size = 1n << counterBits;
  const counter = start % size;
  const blocks = BigInt(Math.ceil(data.length / BLOCK_BYTES));
  if (blocks > size) throw new CryptoFailure("OperationError", "The counter is too short for the data");
  const run = (first: bigint, part: Buffer): Buffer => {
    const iv = Buffer.from(first.toString(16).padStart(2 * BLOCK_BYTES, "0"), "hex");
    const cipher = createCipheriv(cipherName, key, iv);
    return Buffer.concat([cipher.update(part), cipher.final()]);
  };
  const untilWrap = size - counter;
  if (blocks <= untilWrap) return run(start, data);
  const split = Number(untilWrap) * BLOCK_BYTES;
  return Buffer.concat([run(start, data.subarray(0, split)), run(start - counter, data.subarray(split))]);
}
