// Run as a process: hosts a committer whose process kills itself around a group that holds a document with the text
// "doomed": the moment is the last argument. Arguments: the data folder, the path of the socket, the token, the moment.
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import type { StoreCommit } from "../../store/store.ts";
import { FaultyWriter } from "../../store/testing/faulty-writer.ts";
import { Committer } from "../committer/committer.ts";
import { CommitterNotices } from "../committer/committer-notice.ts";
import { CommitterServer } from "../committer/committer-server.ts";

const [dataFolder, path, token, moment] = process.argv.slice(2) as [
  string,
  string,
  string,
  "beforeApply" | "afterApply",
];
const writer = new FaultyWriter(new SqliteStore(dataFolder).openWriter());
writer[moment] = (commits: readonly StoreCommit[]) => {
  const isDoomed = commits.some(({ writes }) => writes.some(({ json }) => json?.includes("doomed")));
  if (isDoomed) process.kill(process.pid, "SIGKILL");
};
const notices = new CommitterNotices((notice) => process.stdout.write(`${JSON.stringify(notice)}\n`));
const committer = new Committer(writer, {
  nowMs: Date.now,
  onGroup: (ts, touched) => {
    server.flush();
    notices.group(ts, touched);
  },
});
const server = new CommitterServer(committer, notices, token);
await server.listen(path);
process.stdout.write('"listening"\n');
