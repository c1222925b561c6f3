import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

/** Without a name, what an `await` goes back to has its `async` still. */
const FRAME = /^\s*at (?:(.*) \(|(async ))?convex:\/(.+?):(\d+):(\d+)\)?$/;
/** A frame that has been mapped, or one that says which of several promises it was and has no place of its own. */
const KEPT = /^ {4}at (?:.*\(\.\.\/.*:\d+:\d+\)|async Promise\.\w+ \(index \d+\))$/;
/** Frames of the host's own code in the realm and of the SDK say nothing to the developer. */
const HIDDEN: ReadonlySet<string> = new Set(["_realm.js", "_sdk.js"]);

/** Maps the frames of a V8 stack to the app's sources; mapped ones stay, those without a map are left out. */
export class StackMapper {
  readonly #sourceMaps: ReadonlyMap<string, string | null>;
  readonly #parsed = new Map<string, TraceMap | null>();

  /** @param sourceMaps JSON text of each module's source map, by the module's path. */
  constructor(sourceMaps: ReadonlyMap<string, string | null>) {
    this.#sourceMaps = sourceMaps;
  }

  /** Each frame as `    at name (../convex/file.ts:L:C)` and a newline. */
  map(stack: string): string {
    let frames = "";
    for (const line of stack.split("\n")) {
      if (KEPT.test(line)) {
        frames += `${line}\n`;
        continue;
      }
      const [, name, async = "", path = "", row, column] = FRAME.exec(line) ?? [];
      if (HIDDEN.has(path)) continue;
      const map = this.#mapOf(path);
      if (map === null) continue;
      const position = originalPositionFor(map, { line: Number(row), column: Number(column) - 1 });
      if (position.source === null) continue;
      frames += `    at ${name ?? `${async}<anonymous>`} (${position.source}:${position.line}:${position.column + 1})\n`;
    }
    return frames;
  }

  #mapOf(path: string): TraceMap | null {
    let map = this.#parsed.get(path);
    if (map === undefined) {
      const text = this.#sourceMaps.get(path) ?? null;
      map = text === null ? null : new TraceMap(text);
      this.#parsed.set(path, map);
    }
    return map;
  }
}
