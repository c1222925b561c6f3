import type { ByteRange } from "../../files/file-store.ts";

const UNIT = /^bytes=/i;
const RANGE = /^[ \t]*(\d*)-(\d*)[ \t]*$/;

/**
 * What a `Range` header asks for. `whole`: everything, for there is no such header, it counts in another unit, or the
 * file is empty. One range only: several are `unsatisfiable`, and so is what can't be read.
 */
export function readRange(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | "whole" | "unsatisfiable" {
  if (header === undefined || !UNIT.test(header) || sizeBytes === 0) return "whole";
  const [, from = "", to = ""] = RANGE.exec(header.slice("bytes=".length)) ?? [];
  if (from === "" && to === "") return "unsatisfiable";
  const end = sizeBytes - 1;
  // The last so many bytes.
  if (from === "")
    return Number(to) === 0 ? "unsatisfiable" : { first: Math.max(0, sizeBytes - Number(to)), last: end };
  const first = Number(from);
  const last = to === "" ? end : Math.min(Number(to), end);
  return first > last ? "unsatisfiable" : { first, last };
}
