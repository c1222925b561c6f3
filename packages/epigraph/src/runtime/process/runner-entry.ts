// A runner process, started by `runner-process.ts`.
import { Socket } from "node:net";
import { extname } from "node:path";
import { text } from "node:stream/consumers";
import { Worker } from "node:worker_threads";
import { CatalogueCache } from "../../database/catalogue/catalogue-cache.ts";
import { CommitterClient } from "../../database/committer/committer-client.ts";
import { reusedBuffer } from "../../database/committer/reused-buffer.ts";
import { Database } from "../../database/database.ts";
import { PageCursors } from "../../database/query/page-cursors.ts";
import { collectWhenIdle } from "../../engine/collect-when-idle.ts";
import { FileStorage } from "../../files/file-storage.ts";
import { openFileStore } from "../../files/open-file-store.ts";
import { UploadTokens } from "../../files/upload-tokens.ts";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import { DEFAULT_NODE_LIMITS } from "../node/node-limits.ts";
import { systemEffects } from "../runner/effects.ts";
import type { FromRunner, ToRunner } from "../runner/messages.ts";
import { Runner } from "../runner/runner.ts";
import { Channel } from "./channel.ts";
import { Heartbeat, newHeartbeatMemory } from "./heartbeat.ts";
import { CHANNEL_FD, type RunnerInit } from "./runner-init.ts";

// Ctrl-C reaches every process of a terminal's group: main decides what ends, and when.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

const memory = newHeartbeatMemory();
const watchdog = new URL(`./watchdog-worker${extname(import.meta.url)}`, import.meta.url);
new Worker(watchdog, {
  name: "watchdog",
  workerData: memory,
  resourceLimits: { maxYoungGenerationSizeMb: 1 },
});

const init = JSON.parse(await text(process.stdin)) as RunnerInit;
const { name, dataFolder, instanceName, explain, maxResponseBytes, timeLimits, files } = init;
const secret = Buffer.from(init.secret, "hex");
const heartbeat = new Heartbeat(memory);
const snapshots = new SqliteStore(dataFolder).openSnapshots();
const committer = await CommitterClient.connect(init.committer.path, init.committer.token, name);
const { nowMs, random, setTimer } = systemEffects;
const database = new Database({
  snapshots,
  committer,
  nowMs,
  random,
  sleep: (ms) => new Promise((resolve) => void setTimer(resolve, ms)),
});
const runner = new Runner({
  snapshots,
  committer,
  files: new FileStorage({ database, openStore: () => openFileStore(files) }),
  uploadTokens: new UploadTokens(secret),
  catalogues: new CatalogueCache(),
  cursors: new PageCursors(secret),
  effects: systemEffects,
  instanceName,
  explain,
  maxResponseBytes,
  timeLimits,
  node: { ...DEFAULT_NODE_LIMITS, ...init.node },
  send: (message) => channel.send(message),
  slices: heartbeat,
  claims: heartbeat,
});
const channel = new Channel<ToRunner, FromRunner>(openSocket, (message) => runner.receive(message));
channel.send({ type: "ready" });
collectWhenIdle(() => runner.collect());

function openSocket(onPiece: (piece: Buffer) => void): Socket {
  const onread = reusedBuffer(onPiece);
  const socket = new Socket({ fd: CHANNEL_FD, readable: true, writable: true, onread });
  // The native parts of realms do not survive an orderly end of the process.
  socket.once("close", () => process.kill(process.pid, "SIGKILL"));
  return socket.resume();
}
