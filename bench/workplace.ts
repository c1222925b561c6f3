import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

/** Where the servers under test live. */
export interface Workplace extends Disposable {
  readonly folder: string;
  /** A copy of this Node.js: pages of the executable that the benchmark also runs would count half. */
  readonly node: string;
}

/**
 * Makes a folder for all data, removed at the end. It lies beside the sources because the system's own folder for
 * temporary files may be in memory, where a sync costs nothing.
 */
export function makeWorkplace(): Workplace {
  const folder = join(import.meta.dirname, ".data", String(process.pid));
  const node = join(folder, basename(process.execPath));
  mkdirSync(folder, { recursive: true });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const leave = (): void => process.exit(130);
  process.once("exit", remove);
  process.once("SIGINT", leave);
  process.once("SIGTERM", leave);
  copyFileSync(process.execPath, node);
  return {
    folder,
    node,
    [Symbol.dispose]: () => {
      process.off("exit", remove);
      process.off("SIGINT", leave);
      process.off("SIGTERM", leave);
      remove();
    },
  };
}
