// The thread that watches over a Node process, started by `entry.ts`: it acts also when the process's own thread can't.
import { Socket } from "node:net";
import { workerData } from "node:worker_threads";
import { OUT_OF_MEMORY_NOTICE, WATCHDOG_FD } from "../messages.ts";

const LOOK_EVERY_MS = 50;
/** Of all that the process has, in bytes. */
const maxBytes = workerData as number;
// Node ends a process whose thread opens a descriptor twice, so only this thread opens it.
const runner = new Socket({ fd: WATCHDOG_FD, readable: true, writable: true });

function look(): void {
  if (process.memoryUsage.rss() > maxBytes) runner.end(OUT_OF_MEMORY_NOTICE, kill);
  else setTimeout(look, LOOK_EVERY_MS);
}

/** Ends the process and all that it has started. */
function kill(): void {
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    process.kill(process.pid, "SIGKILL");
  }
}

runner.on("error", () => {});
// The runner is gone, however it ended: nothing of it may survive.
runner.once("close", kill);
runner.resume();
look();
