import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A disk in memory that is quickly full. Unmounted when disposed of. */
export class SmallDisk implements Disposable {
  readonly folder: string;
  readonly #ballast: string;

  /** @throws Error where this user may not mount anything. */
  constructor(mebibytes: number) {
    this.folder = mkdtempSync(join(tmpdir(), "epigraph-disk-"));
    this.#ballast = join(this.folder, "ballast");
    try {
      const options = ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", this.folder];
      execFileSync("mount", options, { stdio: ["ignore", "ignore", "pipe"] });
    } catch (error) {
      rmdirSync(this.folder);
      throw error;
    }
  }

  /** Fills the disk up to so many bytes. */
  fillUpTo(bytes: number): void {
    this.free();
    const { bavail, bsize } = statfsSync(this.folder);
    writeFileSync(this.#ballast, Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
  }

  /** Takes out what it was filled with. */
  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  [Symbol.dispose](): void {
    execFileSync("umount", [this.folder]);
    rmdirSync(this.folder);
  }
}

/** A small disk, or why there can be none. */
export function makeSmallDisk(mebibytes: number): SmallDisk | string {
  if (process.platform !== "linux") return "only Linux has disks in memory that a command mounts";
  try {
    return new SmallDisk(mebibytes);
  } catch (error) {
    return `this user may not mount a disk: ${(error as Error).message.trim()}`;
  }
}
