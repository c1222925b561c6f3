import type { SourceLocation } from "./app-error.ts";
import { toAppPath } from "./prepare-modules.ts";

const FRAME = /\(([^()]+):(\d+):(\d+)\)/;

/** The place in the app's source that the innermost frame of a mapped stack names; null when there is none. */
export function locateFrames(frames: string): SourceLocation | null {
  const [, source, line, column] = FRAME.exec(frames) ?? [];
  if (source === undefined) return null;
  return { file: toAppPath(source), line: Number(line), column: Number(column) - 1 };
}
