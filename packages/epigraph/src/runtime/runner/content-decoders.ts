import type { Duplex } from "node:stream";

/** Of what a decoder gives at once: each chunk costs an entry into a realm. */
const CHUNK_BYTES = 64 * 1024;
/** More codings than these on one body are no content but an attack. */
const MAX_CODINGS = 5;
/** Makes the decoders of the codings that are understood. */
function makeDecoders(): ReadonlyMap<string, () => Duplex> {
  // A runner that never meets a coded answer does without the module, which takes 2 MB.
  const zlib = process.getBuiltinModule("node:zlib");
  const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH } = zlib.constants;
  // What has arrived is given out at once, and a body that lacks its end is still read, as browsers do.
  const common = { chunkSize: CHUNK_BYTES, flush: Z_SYNC_FLUSH, finishFlush: Z_SYNC_FLUSH };
  const brotli = { ...common, flush: BROTLI_OPERATION_FLUSH, finishFlush: BROTLI_OPERATION_FLUSH };
  return new Map<string, () => Duplex>([
    ["gzip", () => zlib.createGunzip(common)],
    ["x-gzip", () => zlib.createGunzip(common)],
    ["deflate", () => zlib.createInflate(common)],
    ["br", () => zlib.createBrotliDecompress(brotli)],
    ["zstd", () => zlib.createZstdDecompress({ chunkSize: CHUNK_BYTES })],
  ]);
}

let decoders: ReadonlyMap<string, () => Duplex> | null = null;

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
  if (codings.length === 0) return [];
  decoders ??= makeDecoders();
  const known = decoders;
  const makers = codings.map((coding) => known.get(coding));
  if (makers.length > MAX_CODINGS || makers.includes(undefined)) return [];
  return makers.reverse().map((make) => (make as () => Duplex)());
}
