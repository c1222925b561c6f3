// Bundles the realm's own code (kernel and web platform) into the one script that every realm evaluates.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { platformBundleOptions } from "../src/runtime/platform/bundle-options.ts";

const root = new URL("..", import.meta.url);

await build({
  ...platformBundleOptions,
  entryPoints: [fileURLToPath(new URL("src/runtime/kernel/kernel.ts", root))],
  outfile: fileURLToPath(new URL("dist/realm.js", root)),
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "warning",
});
