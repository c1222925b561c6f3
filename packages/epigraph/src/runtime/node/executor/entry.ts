// A Node process that runs actions, started by `../node-process.ts`.
import { Socket } from "node:net";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { analyseModule } from "../../kernel/analyse-module.ts";
import type { ThrownError } from "../../kernel/bridge.ts";
import { describeThrown } from "../../kernel/thrown.ts";
import { ANALYSIS, CHANNEL_FD, type FromNode, type NodeModule, type ToNode } from "../messages.ts";
import { NodeChannel } from "../node-channel.ts";
import { installConsole } from "./console.ts";
import { installConvexGlobal, settleOperation, warnOfOutstanding } from "./convex-global.ts";
import { AppModules } from "./modules.ts";
import { ActionRequest, beginRequest, currentRequest, endRequest } from "./request.ts";
import { Stacks } from "./stacks.ts";

/** What Node itself has, beside what the limit of memory is about. */
const OWN_BYTES = 128 * 1024 * 1024;

const maxBytes = Number(process.argv[2]) * 1024 * 1024 + OWN_BYTES;
const watchdog = new URL(`./watchdog${extname(import.meta.url)}`, import.meta.url);
new Worker(watchdog, {
  name: "watchdog",
  workerData: maxBytes,
  resourceLimits: { maxYoungGenerationSizeMb: 1 },
});

// App code may replace them.
const { setTimeout, clearTimeout } = globalThis;
let modules: AppModules;
let stacks: Stacks;
let loaded: Promise<void>;

const channel = new NodeChannel<ToNode, FromNode>(
  new Socket({ fd: CHANNEL_FD, readable: true, writable: true }),
  (message) => {
    switch (message.type) {
      case "load":
        loaded = load(message);
        return;
      case "run":
        void run(message);
        return;
      case "analyse":
        void analyse(JSON.parse(message.text) as string[]);
        return;
      case "answer": {
        const request = currentRequest();
        if (request?.id === message.request) settleOperation(request, message.call, message.ok, message.text);
      }
    }
  },
);

process.on("uncaughtException", (error) => {
  const request = currentRequest();
  if (request === null) process.exit(1);
  else finish(request, failure(error), true);
});

async function load({ folder, environment, text }: ToNode & { type: "load" }): Promise<void> {
  // What this process was started with beside the variables of the app is for it alone.
  process.argv.length = 1;
  Object.assign(process.env, environment);
  const texts = JSON.parse(text) as NodeModule[];
  modules = new AppModules(folder, texts);
  stacks = new Stacks(modules.base, texts);
  stacks.install();
  installConsole((request, level, line) =>
    channel.send({ type: "line", request: request.id, level, text: line }),
  );
  installConvexGlobal((request, call, name, argsJson) =>
    channel.send({ type: "operation", request: request.id, call, name, text: argsJson }),
  );
  await modules.install();
}

async function run(message: ToNode & { type: "run" }): Promise<void> {
  const request = new ActionRequest(message.request);
  const timer = setTimeout(() => {
    const text = `Action \`${message.name}\` execution timed out (maximum duration ${message.limitMs / 1000}s)`;
    finish(request, `P${text}`, true);
  }, message.limitMs);
  beginRequest(request);
  try {
    finish(request, await invoke(request, message), false);
  } catch (error) {
    // Node keeps modules that failed: another action would only meet the same failure again.
    finish(request, failure(error), request.isImporting);
  } finally {
    clearTimeout(timer);
  }
}

/** What `done` tells. */
async function invoke(request: ActionRequest, message: ToNode & { type: "run" }): Promise<string> {
  const { module, name, text } = message;
  await loaded;
  const action = (await modules.import(module))[name] as
    | { isAction?: unknown; invokeAction?: (requestId: string, argsJson: string) => Promise<string> }
    | undefined;
  request.isImporting = false;
  if (action === undefined || action === null) {
    return `PCouldn't find action \`${name}\` in \`${module}\``;
  }
  if (action.isAction !== true || typeof action.invokeAction !== "function") {
    return `P\`${name}\` wasn't registered as a Convex action in \`${module}\``;
  }
  const json: unknown = await action.invokeAction(request.id, text);
  return typeof json === "string" ? `V${json}` : "X";
}

function finish(request: ActionRequest, text: string, isSpoiled: boolean): void {
  if (!endRequest(request)) return;
  warnOfOutstanding(request, (level, line) =>
    channel.send({ type: "line", request: request.id, level, text: line }),
  );
  channel.send({ type: "done", request: request.id, isSpoiled, text });
}

async function analyse(paths: readonly string[]): Promise<void> {
  const request = new ActionRequest(ANALYSIS);
  let path = "";
  beginRequest(request);
  try {
    await loaded;
    const facts: Record<string, string> = {};
    for (path of paths) facts[path] = analyseModule(await modules.import(path), path);
    channel.send({ type: "analysis", failed: null, text: JSON.stringify(facts) });
  } catch (error) {
    channel.send({ type: "analysis", failed: path, text: JSON.stringify(describe(error)) });
  }
}

function failure(error: unknown): string {
  return `E${JSON.stringify(describe(error))}`;
}

function describe(error: unknown): ThrownError {
  const thrown = describeThrown(error);
  return error instanceof Error ? { ...thrown, stack: stacks.framesOf(error) } : thrown;
}
