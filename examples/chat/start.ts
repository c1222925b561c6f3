// Starts all that the example needs: the app, and its page.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createServer } from "vite";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const EPIGRAPH = fileURLToPath(new URL("bin/epigraph.js", import.meta.resolve("epigraph/package.json")));

const { values } = parseArgs({
  options: {
    /** Leaves the usual ports to somebody else. */
    "any-ports": { type: "boolean", default: false },
    /** Folder of the data. */
    data: { type: "string" },
  },
});
const hasAnyPorts = values["any-ports"];
const dev = spawn(
  process.execPath,
  [
    EPIGRAPH,
    "dev",
    "--dir",
    FOLDER,
    ...(hasAnyPorts ? ["--port", "0", "--site-port", "0"] : []),
    ...(values.data === undefined ? [] : ["--data", values.data]),
  ],
  { stdio: ["ignore", "inherit", "pipe"] },
);
dev.once("exit", (code) => process.exit(code ?? 1));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => dev.kill(signal));

const { promise: pushed, resolve: hasPushed } = Promise.withResolvers<void>();
let printed = "";
dev.stderr.setEncoding("utf8").on("data", (text: string) => {
  process.stderr.write(text);
  printed += text;
  if (/Pushed in /.test(printed)) hasPushed();
});

// The page needs what the push writes: addresses in .env.local, and convex/_generated.
await pushed;
const vite = await createServer({ root: FOLDER, server: { port: hasAnyPorts ? 0 : 5173 } });
await vite.listen();
process.stderr.write(`The chat is at ${vite.resolvedUrls?.local[0]}: open it in two windows.\n`);
