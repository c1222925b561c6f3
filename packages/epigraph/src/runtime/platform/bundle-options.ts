import { readFileSync } from "node:fs";
import type { BuildOptions, Plugin } from "esbuild";

/**
 * JSON tables as `JSON.parse` of one string: the engine skips over a string, where it would read an object literal of
 * the same size token by token at every start of a realm (measured: 11 ms against 3 for the whole script).
 */
const jsonAsText: Plugin = {
  name: "json-as-text",
  setup(build) {
    build.onLoad({ filter: /\.json$/ }, ({ path }) => {
      const text = JSON.stringify(JSON.parse(readFileSync(path, "utf8")));
      return { contents: `module.exports = JSON.parse(${JSON.stringify(text)});`, loader: "js" };
    });
  },
};

/** object-inspect asks Node's own `inspect` where there is one; browsers' builds leave it out, and so does a realm. */
const withoutNodeInspect: Plugin = {
  name: "without-node-inspect",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/util\.inspect$/ }, () => ({ path: "util.inspect", namespace: "empty" }));
    onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "module.exports = {};" }));
  },
};

/** How esbuild bundles the platform for a bare realm; the caller adds entry point and output. */
export const platformBundleOptions: BuildOptions = {
  bundle: true,
  format: "iife",
  // Neither Node's nor a browser's variants of the libraries: the realm has the built-ins of neither.
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "es2024",
  // Each realm holds the text, a byte for each character as long as none of them needs two.
  charset: "ascii",
  plugins: [jsonAsText, withoutNodeInspect],
};
