import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

/**
 * Leaves the SDK out of the bundles, under one specifier for whichever package it was imported from: all modules of
 * a push share one evaluated copy.
 */
export const externalSdk: Plugin = {
  name: "external-sdk",
  setup({ onResolve }) {
    onResolve({ filter: /^(?:convex|epigraph)\/(?:server|values)$/ }, ({ path }) => ({
      path: path.replace(/^epigraph\//, "convex/"),
      external: true,
      sideEffects: false,
    }));
  },
};

/** `server-only` throws where React runs in a browser; functions are the server. */
export const serverOnly: Plugin = {
  name: "server-only",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^server-only$/ }, () => ({ path: "server-only", namespace: "server-only" }));
    onLoad({ filter: /.*/, namespace: "server-only" }, () => ({ contents: "" }));
  },
};

/** The runtime has these two as globals; libraries import them from Node. */
export const asyncHooks: Plugin = {
  name: "async-hooks",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:node:)?async_hooks$/ }, () => ({
      path: "async_hooks",
      namespace: "async-hooks",
    }));
    onLoad({ filter: /.*/, namespace: "async-hooks" }, () => ({
      contents: "export const { AsyncLocalStorage, AsyncResource } = globalThis;",
    }));
  },
};

/** `import module from "./x.wasm"` gives the compiled module. */
export const wasm: Plugin = {
  name: "wasm",
  setup({ onResolve, onLoad }) {
    onLoad({ filter: /\.wasm$/, namespace: "file" }, ({ path }) => ({
      contents: `import bytes from ${JSON.stringify(`wasm-bytes:${path}`)};\nexport default new WebAssembly.Module(bytes);`,
      loader: "js",
    }));
    onResolve({ filter: /^wasm-bytes:/ }, ({ path }) => ({
      path: path.slice("wasm-bytes:".length),
      namespace: "wasm-bytes",
    }));
    onLoad({ filter: /.*/, namespace: "wasm-bytes" }, async ({ path }) => ({
      contents: await readFile(path),
      loader: "binary",
    }));
  },
};
