// The thread that watches over a runner, started by `runner-entry.ts`: it answers when the runner's own thread can't.
import { Socket } from "node:net";
import { workerData } from "node:worker_threads";
import { Heartbeat } from "./heartbeat.ts";
import { LineReader } from "./line-reader.ts";
import { type FromWatchdog, type ToWatchdog, WATCHDOG_FD } from "./runner-init.ts";

const LOOK_EVERY_MS = 10;
/** While nothing happens. */
const LOOK_SELDOM_MS = 100;
const SELDOM_AFTER_LOOKS = 100;
const BUSY_AFTER_MS = 20;
/** What a slice may last longer than its limit, which should have ended it. */
const KILL_AFTER_LIMIT_MS = 3_000;
/** For the last message to leave, at the most. */
const LAST_WORDS_MS = 200;
/** Several times what realms at their limits have. The engine does not count all that app code can make it allocate. */
const KILL_ABOVE_BYTES = 768 * 1024 * 1024;

const heartbeat = new Heartbeat(workerData as SharedArrayBuffer);
// Node ends a process whose thread opens a descriptor twice, so only this thread opens it.
const main = new Socket({ fd: WATCHDOG_FD, readable: true, writable: true });

let seenSlice = heartbeat.slice;
let seenSinceMs = performance.now();
let isBusy = false;
let quietLooks = 0;

function look(): void {
  if (process.memoryUsage.rss() > KILL_ABOVE_BYTES) {
    killWith({ type: "tooLarge" });
    return;
  }
  const { slice } = heartbeat;
  const isInside = slice % 2 !== 0;
  if (slice !== seenSlice) {
    seenSlice = slice;
    seenSinceMs = performance.now();
    quietLooks = 0;
    if (isBusy) tellFree();
  } else {
    quietLooks++;
    const forMs = performance.now() - seenSinceMs;
    const { job, limitMs } = heartbeat;
    if (isInside && forMs >= limitMs + KILL_AFTER_LIMIT_MS) {
      killWith({ type: "overrun", job, limitMs });
      return;
    }
    if (isInside && forMs >= BUSY_AFTER_MS && !isBusy) {
      isBusy = true;
      send({ type: "busy", job });
    }
  }
  setTimeout(look, isInside || quietLooks < SELDOM_AFTER_LOOKS ? LOOK_EVERY_MS : LOOK_SELDOM_MS);
}

function tellFree(): void {
  isBusy = false;
  send({ type: "free" });
}

function send(message: FromWatchdog): void {
  main.write(`${JSON.stringify(message)}\n`);
}

/** Ends the process, and says why. */
function killWith(message: FromWatchdog): void {
  setTimeout(kill, LAST_WORDS_MS);
  main.write(`${JSON.stringify(message)}\n`, kill);
}

/** Ends the whole process, also where its own thread is stuck. */
function kill(): never {
  process.kill(process.pid, "SIGKILL");
  throw new Error("unreachable");
}

const lines = new LineReader((line) => {
  const { takeBack } = JSON.parse(line) as ToWatchdog;
  send({ type: "taken", jobs: takeBack.filter((job) => heartbeat.claim(job)) });
});
main.on("data", (piece) => lines.push(piece));
main.on("error", () => {});
// Main is gone, however it ended: nothing of it may survive.
main.once("close", kill);
look();
