import type { Command } from "../command.ts";
import { completion, doctor, init } from "./beginning.ts";
import { data, env, logs, requests, run } from "./clients.ts";
import { adminKey, deploy, pushes, rollback } from "./deploying.ts";
import { backup, exportCommand, importCommand, restore, verify } from "./keeping.ts";
import { audit, pause, resume } from "./operating.ts";
import { dev, serve } from "./serving.ts";

/** Every command, in the order of help. What a command needs is loaded when it runs: `run` needs no bundler. */
export const COMMANDS: readonly Command[] = [
  init,
  dev,
  serve,
  deploy,
  run,
  logs,
  requests,
  data,
  env,
  exportCommand,
  importCommand,
  backup,
  restore,
  verify,
  pushes,
  rollback,
  pause,
  resume,
  adminKey,
  audit,
  doctor,
  completion,
];
