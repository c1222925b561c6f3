import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** A file of the dashboard, ready to be sent. */
export interface DashboardAsset {
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
  /** Whether its name changes with its content. */
  readonly isHashed: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
const PAGE = "index.html";
const HASHED_FOLDER = "assets/";
const compress = promisify(gzip);

/**
 * The built dashboard. The names of its files are read once: nothing else of the disk can be asked for, however a path is
 * written. A file is read when it is first wanted.
 */
export class DashboardAssets {
  readonly #folder: string;
  #names: Promise<ReadonlySet<string>> | null = null;
  readonly #assets = new Map<string, Promise<DashboardAsset>>();

  /** @param folder where it was built to; a folder that is not there is an empty one. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param name as behind `/_dashboard/`. @returns null when there is no such file. */
  async find(name: string): Promise<DashboardAsset | null> {
    this.#names ??= namesIn(this.#folder);
    if (!(await this.#names).has(name)) return null;
    let asset = this.#assets.get(name);
    if (asset === undefined) {
      asset = this.#load(name);
      this.#assets.set(name, asset);
    }
    return asset;
  }

  /** The page that every address of the dashboard shows; null when it was not built. */
  page(): Promise<DashboardAsset | null> {
    return this.find(PAGE);
  }

  async #load(name: string): Promise<DashboardAsset> {
    const bytes = await readFile(join(this.#folder, name));
    const contentType = TYPES[extname(name)] ?? "application/octet-stream";
    return { contentType, bytes, gzipped: await compress(bytes), isHashed: name.startsWith(HASHED_FOLDER) };
  }
}

async function namesIn(folder: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return new Set(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .replaceAll("\\", "/"),
      ),
  );
}
