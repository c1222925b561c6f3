import type { Duplex } from "node:stream";
import zlib from "node:zlib";

/** Of what a decoder gives at once: each chunk costs an entry into a realm. */
const CHUNK_BYTES = 64 * 1024;
/** More codings than these on one body are no content but an attack. */
const MAX_CODINGS = 5;
/** What has arrived is given out at once, and a body that lacks its end is still read, as browsers do. */
const ZLIB = {
  chunkSize: CHUNK_BYTES,
  flush: zlib.constants.Z_SYNC_FLUSH,
  finishFlush: zlib.constants.Z_SYNC_FLUSH,
};
const BROTLI = {
  chunkSize: CHUNK_BYTES,
  flush: zlib.constants.BROTLI_OPERATION_FLUSH,
  finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH,
};

const DECODERS: ReadonlyMap<string, () => Duplex> = new Map([
  ["gzip", () => zlib.createGunzip(ZLIB)],
  ["x-gzip", () => zlib.createGunzip(ZLIB)],
  ["deflate", () => zlib.createInflate(ZLIB)],
  ["br", () => zlib.createBrotliDecompress(BROTLI)],
  ["zstd", () => zlib.createZstdDecompress({ chunkSize: CHUNK_BYTES })],
]);

/** What requests say they understand, unless app code says something else. */
export const ACCEPTED_CODINGS = "gzip, deflate, br, zstd";

/**
 * Streams that undo the codings of a `content-encoding`, in the order to apply them. Empty when there are none, or when
 * one is unknown: the body then stays as it came, and so does the header.
 */
export function contentDecoders(contentEncoding: string | undefined): readonly Duplex[] {
  if (contentEncoding === undefined) return [];
  const codings = contentEncoding
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");
  const makers = codings.map((coding) => DECODERS.get(coding));
  if (makers.length > MAX_CODINGS || makers.includes(undefined)) return [];
  return makers.reverse().map((make) => (make as () => Duplex)());
}
