import type { Command } from "../command.ts";
import { env, run } from "./clients.ts";
import { verify } from "./keeping.ts";
import { dev, serve } from "./serving.ts";

/** Every command, in the order of help. What a command needs is loaded when it runs: `run` needs no bundler. */
export const COMMANDS: readonly Command[] = [dev, serve, run, env, verify];
