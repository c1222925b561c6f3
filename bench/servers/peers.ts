import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { ServerCommand } from "./server-process.ts";

const FOLDER = join(import.meta.dirname, "../peers");

/** A peer on Node.js, with a SQLite file in the data folder. */
export function nodePeer(script: string, node: string, dataFolder: string): ServerCommand {
  mkdirSync(dataFolder, { recursive: true });
  return {
    file: node,
    args: [join(FOLDER, script), join(dataFolder, "messages.db")],
    findUrl: (printed) => /^listening on (http:\S+)$/m.exec(printed)?.[1] ?? null,
  };
}

/** workerd with its Durable Objects on disk, in the data folder. */
export function workerdPeer(dataFolder: string): ServerCommand {
  mkdirSync(dataFolder, { recursive: true });
  // The package's main module exports the path of the executable for this platform.
  const workerd = createRequire(join(FOLDER, "package.json"))("workerd") as { readonly default: string };
  const config = join(FOLDER, "workerd/config.capnp");
  const places = ["--socket-addr=http=127.0.0.1:0", `--directory-path=data=${dataFolder}`];
  return {
    file: workerd.default,
    args: ["serve", config, ...places, "--control-fd=3"],
    findUrl: (printed) => {
      const port = /"event":"listen","socket":"http","port":(\d+)/.exec(printed)?.[1];
      return port === undefined ? null : `http://127.0.0.1:${port}`;
    },
  };
}
