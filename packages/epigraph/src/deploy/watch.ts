import { type FSWatcher, readdirSync, watch } from "node:fs";
import { dirname, join } from "node:path";
import type { App } from "./find-app.ts";

/** Editors write a file in several steps, tools several files: wait until it is quiet. */
const QUIET_MS = 60;

/** Files beside the functions folder that say how to bundle. */
const SETTINGS = ["convex.json", "package.json", "tsconfig.json"];

/** Names that editors and tools use for a moment: backups, locks, probes. */
const PASSING = /^(?:\.|#|4913$)|(?:~|\.swp|\.tmp)$/;

/**
 * Tells when files of an app change. Folders are watched, not files: an editor that replaces a file by renaming
 * another one over it would escape a watched file, and new files have no watch yet.
 */
export class AppWatcher {
  readonly #app: App;
  readonly #onChange: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #inputs: readonly string[] = [];
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  /** The app as it was when watching began. */
  get app(): App {
    return this.#app;
  }

  /** @param onChange called once for changes that come close together. */
  constructor(app: App, onChange: () => void) {
    this.#app = app;
    this.#onChange = onChange;
    this.refresh(this.#inputs);
  }

  /**
   * Watches what belongs to the app now. To be called before its files are read, lest a change falls in between.
   * @param inputs absolute paths of files it was bundled from.
   */
  refresh(inputs: readonly string[] = this.#inputs): void {
    if (this.#closed) return;
    this.#inputs = inputs;
    const { folder, functionsFolder } = this.#app;
    const wanted = new Set([folder, ...listFolders(functionsFolder), ...inputs.map((file) => dirname(file))]);
    for (const [path, watcher] of this.#watchers) {
      if (wanted.has(path)) continue;
      watcher.close();
      this.#watchers.delete(path);
    }
    for (const path of wanted) if (!this.#watchers.has(path)) this.#watch(path);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #watch(path: string): void {
    let watcher: FSWatcher;
    try {
      watcher = watch(path, (_event, name) => {
        if (name === null || this.#concerns(path, name)) this.#schedule();
      });
    } catch {
      // Gone since it was listed; its parent tells.
      return;
    }
    watcher.on("error", () => {
      watcher.close();
      this.#watchers.delete(path);
      this.#schedule();
    });
    this.#watchers.set(path, watcher);
  }

  #concerns(folder: string, name: string): boolean {
    const path = join(folder, name);
    if (this.#inputs.includes(path)) return true;
    if (PASSING.test(name) || path === join(this.#app.functionsFolder, "_generated")) return false;
    if (isInside(folder, this.#app.functionsFolder)) return true;
    return folder === this.#app.folder && SETTINGS.includes(name);
  }

  #schedule(): void {
    if (this.#closed) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#onChange();
    }, QUIET_MS);
  }
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(join(folder, "/"));
}

function listFolders(folder: string): string[] {
  try {
    const children = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !["_generated", "node_modules"].includes(entry.name))
      .flatMap(({ name }) => listFolders(join(folder, name)));
    return [folder, ...children];
  } catch {
    return [];
  }
}
