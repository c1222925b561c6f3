import { readFileSync } from "node:fs";

let script: string | undefined;

/** Text of the realm's own code (kernel and web platform), bundled when the package is built. */
export function realmScript(): string {
  script ??= readFileSync(new URL("../../../dist/realm.js", import.meta.url), "latin1");
  return script;
}
