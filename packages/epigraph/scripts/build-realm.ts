// Bundles the realm's own code (kernel and web platform) into the one script that every realm evaluates.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = new URL("..", import.meta.url);

await build({
  entryPoints: [fileURLToPath(new URL("src/runtime/kernel/kernel.ts", root))],
  outfile: fileURLToPath(new URL("dist/realm.js", root)),
  bundle: true,
  format: "iife",
  platform: "browser",
  target: "esnext",
  // The full edition carries megabytes of legacy tables; URLs and UTF-8, UTF-16, Latin-1 need none of them.
  alias: { "@exodus/bytes/encoding.js": "@exodus/bytes/encoding-lite.js" },
  minifySyntax: true,
  legalComments: "none",
  logLevel: "warning",
});
