// Run as a process: commits pairs of documents from 16 loops over 4 connections, and prints the key of each pair once it
// is told that it is stored. After so many it kills itself. Arguments: the data folder, and how many.
import { writeSync } from "node:fs";
import { CommitterThread } from "../../src/database/committer/committer-thread.ts";
import { pairRequest } from "./pairs.ts";

const [dataFolder, count] = process.argv.slice(2) as [string, string];
const LOOPS = 16;
let left = Number(count);

const thread = await CommitterThread.start({
  dataFolder,
  onNotice: () => {},
  onStopped: (error) => {
    throw error;
  },
});
const clients = await Promise.all(["a", "b", "c", "d"].map((name) => thread.connect(name)));
await Promise.all(
  Array.from({ length: LOOPS }, async (_, loop) => {
    for (let turn = 0; left > 0; turn++) {
      const key = `${loop}-${turn}`;
      const outcome = await clients[loop % clients.length]!.commit(pairRequest(key));
      if (outcome.type !== "committed") throw new Error(JSON.stringify(outcome));
      writeSync(1, `${key}\n`);
      left--;
    }
  }),
);
process.kill(process.pid, "SIGKILL");
