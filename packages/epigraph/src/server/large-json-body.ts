import { promisify } from "node:util";
import { brotliDecompress, gunzip } from "node:zlib";
import { EpigraphError } from "../errors/epigraph-error.ts";
import { BodyTooLargeError, readBody } from "./body.ts";
import type { Exchange } from "./exchange.ts";
import { type JsonBody, parseJsonObject } from "./json-body.ts";

/** Of a push, before and after decompression. */
export const MAX_LARGE_BODY_BYTES: number = 200 * 1024 * 1024;

const DECODERS: Readonly<Record<string, (bytes: Buffer) => Promise<Buffer>>> = {
  identity: async (bytes) => bytes,
  br: (bytes) => promisify(brotliDecompress)(bytes, LIMIT),
  gzip: (bytes) => promisify(gunzip)(bytes, LIMIT),
};
const LIMIT = { maxOutputLength: MAX_LARGE_BODY_BYTES } as const;

/**
 * Reads a body that must be a JSON object and may be large and compressed: a push.
 * @throws EpigraphError `RequestBodyTooLarge` or `BadJsonBody`
 */
export async function readLargeJsonBody({ request }: Exchange): Promise<JsonBody> {
  const encoding = request.headers["content-encoding"]?.toLowerCase() ?? "identity";
  const decode = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  if (decode === undefined) {
    throw new EpigraphError("BadJsonBody", `Unsupported content encoding: ${encoding}`);
  }
  let bytes: Buffer;
  try {
    bytes = await readBody(request, MAX_LARGE_BODY_BYTES);
  } catch (error) {
    if (error instanceof BodyTooLargeError) throw new EpigraphError("RequestBodyTooLarge", error.message);
    throw error;
  }
  let decoded: Buffer;
  try {
    decoded = await decode(bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      const { message } = new BodyTooLargeError(MAX_LARGE_BODY_BYTES);
      throw new EpigraphError("RequestBodyTooLarge", `decompressed, ${message}`);
    }
    throw new EpigraphError(
      "BadJsonBody",
      `Failed to decompress the request body: ${(error as Error).message}`,
    );
  }
  return parseJsonObject(decoded);
}
