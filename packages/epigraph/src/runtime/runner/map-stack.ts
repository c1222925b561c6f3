import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

const FRAME = /^\s*at (?:(.*) \()?convex:\/(.+?):(\d+):(\d+)\)?$/;
/** Frames of the host's own code in the realm and of the SDK say nothing to the developer. */
const HIDDEN = new Set(["_realm.js", "_sdk.js", "convex/server", "convex/values"]);

/** Maps the frames of a V8 stack to the app's sources; frames without a map are left out. */
export class StackMapper {
  readonly #sources: (path: string) => string | null;
  readonly #maps = new Map<string, TraceMap | null>();

  /** @param sources gives the source map of a module, or null. */
  constructor(sources: (path: string) => string | null) {
    this.#sources = sources;
  }

  /** Each frame as `    at name (../convex/file.ts:L:C)` and a newline. */
  map(stack: string): string {
    let frames = "";
    for (const line of stack.split("\n")) {
      const match = FRAME.exec(line);
      if (match === null || HIDDEN.has(match[2] as string)) continue;
      const map = this.#mapOf(match[2] as string);
      if (map === null) continue;
      const position = originalPositionFor(map, { line: Number(match[3]), column: Number(match[4]) - 1 });
      if (position.source === null) continue;
      frames += `    at ${match[1] ?? "<anonymous>"} (${position.source}:${position.line}:${position.column + 1})\n`;
    }
    return frames;
  }

  #mapOf(path: string): TraceMap | null {
    let map = this.#maps.get(path);
    if (map === undefined) {
      const text = this.#sources(path);
      map = text === null ? null : new TraceMap(text);
      this.#maps.set(path, map);
    }
    return map;
  }
}
