import { readFileSync } from "node:fs";
import type ivm from "isolated-vm";

const FILENAME = "convex:/_realm.js";

let script: string | undefined;
/** What the engine made of the text that was compiled last: with it the next isolate takes half the time. */
let compiled: { readonly text: string; readonly data: ivm.ExternalCopy<ArrayBuffer> } | undefined;

/** Text of the realm's own code (kernel and web platform), bundled when the package is built. */
export function realmScript(): string {
  script ??= readFileSync(new URL("../../../dist/realm.js", import.meta.url), "latin1");
  return script;
}

/** Runs the realm's own code in a fresh context. */
export function runRealmScript(isolate: ivm.Isolate, context: ivm.Context, text: string): void {
  const cached = compiled?.text === text ? { cachedData: compiled.data } : { produceCachedData: true };
  const made: ivm.Script & ivm.CachedDataResult = isolate.compileScriptSync(text, {
    filename: FILENAME,
    ...cached,
  });
  if (made.cachedData !== undefined) compiled = { text, data: made.cachedData };
  made.runSync(context);
  made.release();
}
