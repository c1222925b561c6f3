// Bundles the realm's own code (kernel and web platform) into the one script that every realm evaluates.
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { platformBundleOptions } from "../src/runtime/platform/bundle-options.ts";

/** object-inspect asks Node's own `inspect` where there is one; browsers' builds leave it out, and so does a realm. */
const withoutNodeInspect: Plugin = {
  name: "without-node-inspect",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/util\.inspect$/ }, () => ({ path: "util.inspect", namespace: "empty" }));
    onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "module.exports = {};" }));
  },
};

const root = new URL("..", import.meta.url);

await build({
  ...platformBundleOptions,
  entryPoints: [fileURLToPath(new URL("src/runtime/kernel/kernel.ts", root))],
  outfile: fileURLToPath(new URL("dist/realm.js", root)),
  plugins: [...(platformBundleOptions.plugins ?? []), withoutNodeInspect],
  minifySyntax: true,
  legalComments: "none",
  logLevel: "warning",
});
