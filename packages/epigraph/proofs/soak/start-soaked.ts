import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startApp } from "../../test/support/start-app.ts";
import type { SoakedServer } from "./soak.ts";

/** Serves the app of this proof, with a folder for temporary files that is its own. */
export async function startSoaked(): Promise<SoakedServer & AsyncDisposable> {
  const temporaryFolder = mkdtempSync(join(tmpdir(), "epigraph-soak-"));
  const app = await startApp({
    copyOf: fileURLToPath(new URL("./app", import.meta.url)),
    env: { TMPDIR: temporaryFolder },
  });
  return {
    api: app.api,
    site: app.site,
    pid: app.pid,
    temporaryFolder,
    output: () => app.output(),
    [Symbol.asyncDispose]: async () => {
      await app.stop();
      rmSync(temporaryFolder, { recursive: true, force: true });
    },
  };
}
