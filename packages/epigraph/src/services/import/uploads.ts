import { createReadStream, createWriteStream, existsSync, mkdirSync } from "node:fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { EpigraphError } from "../../errors/epigraph-error.ts";

const TOKEN = /^[0-9a-f]{32}$/;
const MAX_PARTS = 9999;
const WHOLE = "import";
/** The parts lie beside the whole until it is there: a server that ended between begins again. */
const DRAFT = "import.part";

/** Files that come in parts, in any order and as often as the client likes, each upload in a folder of its own. */
export class Uploads {
  readonly #folder: string;
  readonly #newToken: () => string;

  /** @param newToken gives 32 hexadecimal digits that nobody can guess. */
  constructor(folder: string, newToken: () => string) {
    this.#folder = folder;
    this.#newToken = newToken;
  }

  start(): string {
    const token = this.#newToken();
    mkdirSync(this.#path(token), { recursive: true, mode: 0o700 });
    return token;
  }

  /**
   * Takes a part; one that is sent again replaces the earlier one.
   * @param number from 1.
   * @returns what names it when the upload is finished.
   * @throws EpigraphError `UploadNotFound` or `BadQueryArgs`
   */
  async addPart(token: string, number: number, bytes: Readable): Promise<string> {
    const folder = this.#find(token);
    if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS) {
      throw new EpigraphError("BadQueryArgs", `partNumber: expected a number from 1 to ${MAX_PARTS}`);
    }
    const path = join(folder, String(number));
    await pipeline(bytes, createWriteStream(`${path}.part`, { mode: 0o600 }));
    await rename(`${path}.part`, path);
    const { size } = await stat(path);
    return `${number}:${size}`;
  }

  /**
   * Joins parts, in this order, into the one file of the upload.
   * @param partTokens what `addPart` gave.
   * @throws EpigraphError `UploadNotFound` for an upload, or a part of it, that is not there.
   */
  async finish(token: string, partTokens: readonly string[]): Promise<void> {
    const folder = this.#find(token);
    const paths: string[] = [];
    for (const partToken of partTokens) {
      const [number = "", size] = partToken.split(":");
      const path = join(folder, number);
      const isThere = /^\d{1,4}$/.test(number) && existsSync(path);
      if (!isThere || String((await stat(path)).size) !== size) {
        throw new EpigraphError("UploadNotFound", `Part ${partToken} of the upload is not there`);
      }
      paths.push(path);
    }
    const draft = join(folder, DRAFT);
    await rm(draft, { force: true });
    const [only] = paths;
    if (paths.length === 1 && only !== undefined) await rename(only, draft);
    else {
      await pipeline(
        async function* join() {
          for (const path of paths) yield* createReadStream(path);
        },
        createWriteStream(draft, { mode: 0o600 }),
      );
    }
    await rename(draft, this.file(token));
    for (const path of new Set(paths)) await rm(path, { force: true });
  }

  /** Takes a whole file at once. */
  async addWhole(bytes: Readable): Promise<string> {
    const token = this.start();
    await pipeline(bytes, createWriteStream(this.file(token), { mode: 0o600 }));
    return token;
  }

  /** The file of a finished upload. */
  file(token: string): string {
    return join(this.#path(token), WHOLE);
  }

  async remove(token: string): Promise<void> {
    await rm(this.#path(token), { recursive: true, force: true });
  }

  /** Removes what began before then. */
  async removeOlder(ms: number): Promise<void> {
    if (!existsSync(this.#folder)) return;
    for (const token of await readdir(this.#folder)) {
      if (!TOKEN.test(token)) continue;
      const { mtimeMs } = await stat(this.#path(token));
      if (mtimeMs < ms) await this.remove(token);
    }
  }

  #find(token: string): string {
    if (TOKEN.test(token) && existsSync(this.#path(token))) return this.#path(token);
    throw new EpigraphError("UploadNotFound", "There is no such upload");
  }

  #path(token: string): string {
    return join(this.#folder, token);
  }
}
