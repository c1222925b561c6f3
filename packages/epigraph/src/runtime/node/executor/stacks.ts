import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { NodeModule } from "../messages.ts";

/** Frames of these say nothing to the developer. */
const HIDDEN: ReadonlySet<string> = new Set(["_sdk.js"]);

/** Gives stacks of errors the places in the app's sources. */
export class Stacks {
  readonly #base: string;
  readonly #sourceMaps: ReadonlyMap<string, string | null>;
  readonly #parsed = new Map<string, TraceMap | null>();
  /** Frames of errors, for a message may look like a frame too. */
  readonly #frames = new WeakMap<Error, string>();

  /** @param base URL of the folder that the modules are in. */
  constructor(base: string, modules: readonly NodeModule[]) {
    this.#base = base;
    this.#sourceMaps = new Map(modules.map(({ path, sourceMap }) => [path, sourceMap]));
  }

  install(): void {
    Error.prepareStackTrace = (error, sites) => {
      const frames = sites.flatMap((site) => this.#format(site) ?? []).join("\n");
      this.#frames.set(error, frames);
      return frames === "" ? headOf(error) : `${headOf(error)}\n${frames}`;
    };
  }

  /** The frames of an error, a line each; its whole stack where it made that itself. */
  framesOf(error: Error): string {
    const { stack } = error;
    const frames = this.#frames.get(error);
    return frames !== undefined && stack?.endsWith(frames) === true ? frames : (stack ?? "");
  }

  /** Null for a frame that is left out. */
  #format(site: NodeJS.CallSite): string | null {
    const file = site.getScriptNameOrSourceURL() ?? "";
    if (!file.startsWith(this.#base)) return file.startsWith(OWN_FOLDER) ? null : `    at ${String(site)}`;
    const path = file.slice(this.#base.length);
    if (HIDDEN.has(path)) return null;
    const map = this.#mapOf(path);
    if (map === null) return `    at ${String(site)}`;
    const position = originalPositionFor(map, {
      line: site.getLineNumber() ?? 1,
      column: (site.getColumnNumber() ?? 1) - 1,
    });
    if (position.source === null) return null;
    return `    at ${nameOf(site, file)} (${position.source}:${position.line}:${position.column + 1})`;
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

/** Of this program's own files, whose frames are not the app's. */
const OWN_FOLDER = new URL(".", import.meta.url).href;

/** What stands in front of the place: `async send`, `new Mail`. */
function nameOf(site: NodeJS.CallSite, file: string): string {
  const [front = ""] = String(site).split(file, 1);
  const name = front.replace(/\s*\($/, "").trim();
  return name === "" || name === "async" ? `${name} <anonymous>`.trim() : name;
}

/** As V8 writes it; a hostile getter must not keep a stack from being made. */
function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}
