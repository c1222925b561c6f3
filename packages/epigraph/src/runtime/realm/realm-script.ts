import { readFileSync } from "node:fs";
import ivm from "isolated-vm";

let script: string | undefined;
/** The text that ran last, where realms can lend it: one for all of a process, of 0.8 MB. */
let lent: { readonly text: string; readonly copy: ivm.ExternalCopy<string> } | undefined;

/** Text of the realm's own code (kernel and web platform), bundled when the package is built. */
export function realmScript(): string {
  script ??= readFileSync(new URL("../../../dist/realm.js", import.meta.url), "latin1");
  return script;
}

/** Runs the realm's own code in a fresh context. A script that is compiled from outside would have a text of its own. */
export function runRealmScript(context: ivm.Context, text: string): void {
  if (lent?.text !== text) {
    lent = { text, copy: new ivm.ExternalCopy(`${text}\n//# sourceURL=convex:/_realm.js`) };
  }
  context.global.setSync("__script", lent.copy.copyInto());
  context.evalSync("(0, eval)(__script); delete globalThis.__script;");
}
