// Run as a process: inserts documents from 1,000 loops over 4 connections, and prints the key of each once it is told
// that it is stored. Arguments: the data folder, and a prefix for the keys.
import type { CommitterClient } from "../committer/committer-client.ts";
import { CommitterThread } from "../committer/committer-thread.ts";
import { commitRequest, insertion } from "./commit-requests.ts";

const [dataFolder, prefix] = process.argv.slice(2) as [string, string];
const thread = await CommitterThread.start({
  dataFolder,
  onNotice: () => {},
  onStopped: (error) => {
    throw error;
  },
});
const clients = await Promise.all(["a", "b", "c", "d"].map((name) => thread.connect(name)));

async function insertForEver(client: CommitterClient, name: string): Promise<never> {
  for (let i = 0; ; i++) {
    const key = `${name}-${i}`;
    // Depends on nothing, so no snapshot is too new for it.
    const outcome = await client.commit(commitRequest(Number.MAX_SAFE_INTEGER, [], [insertion(key, 500)]));
    if (outcome.type !== "committed") throw new Error(JSON.stringify(outcome));
    process.stdout.write(`${key}\n`);
  }
}

for (let loop = 0; loop < 1000; loop++) {
  void insertForEver(clients[loop % 4] as CommitterClient, `${prefix}-${loop}`);
}
