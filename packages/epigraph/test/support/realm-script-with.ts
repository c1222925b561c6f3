import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";
import { build } from "../../src/deploy/bundler.ts";
import { platformBundleOptions } from "../../src/runtime/platform/bundle-options.ts";

/** The realm's own code, with this change in a file of the kernel. */
export async function realmScriptWith(file: string, text: string, instead: string): Promise<string> {
  const kernel = new URL("../../src/runtime/kernel/", import.meta.url);
  const changed: Plugin = {
    name: "changed",
    setup({ onLoad }) {
      onLoad({ filter: new RegExp(`kernel/${file.replace(".", "\\.")}$`) }, ({ path }) => {
        const source = readFileSync(path, "utf8");
        assert(source.includes(text), `${file} has no "${text}"`);
        return { contents: source.replaceAll(text, instead), loader: "ts" };
      });
    },
  };
  const { outputFiles } = await build({
    ...platformBundleOptions,
    entryPoints: [fileURLToPath(new URL("kernel.ts", kernel))],
    plugins: [...(platformBundleOptions.plugins ?? []), changed],
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
