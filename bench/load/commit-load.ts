import { setTimeout as sleep } from "node:timers/promises";
import type { CommitRequest } from "../../packages/epigraph/src/database/commit-request.ts";
import type { CommitterConnection } from "../../packages/epigraph/src/database/committer/committer-connection.ts";

/** Makes a transaction, on the newest data whenever it is called. */
export type MakeRequest = () => CommitRequest;

/** How long each commit took until its outcome was there, in milliseconds. */
export type Latencies = readonly number[];

/** Commits from so many writers, each of which makes its next transaction when the last one is committed. */
export async function commitInLoops(
  committer: CommitterConnection,
  make: MakeRequest,
  { writers, seconds }: { readonly writers: number; readonly seconds: number },
): Promise<Latencies> {
  const latencies: number[] = [];
  const endMs = performance.now() + seconds * 1000;
  const write = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const request = make();
      const startMs = performance.now();
      await commit(committer, () => request);
      latencies.push(performance.now() - startMs);
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  return latencies;
}

/**
 * Commits at a steady rate, whether or not earlier ones are done. Latencies begin when a transaction was due: one that
 * had to wait for its turn counts with its wait.
 */
export async function commitAtRate(
  committer: CommitterConnection,
  make: MakeRequest,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<Latencies> {
  const latencies: number[] = [];
  const running: Promise<void>[] = [];
  const startMs = performance.now();
  const write = async (dueMs: number): Promise<void> => {
    await commit(committer, make);
    latencies.push(performance.now() - dueMs);
  };
  for (let count = 0; count < perSecond * seconds; ) {
    for (const nowMs = performance.now(); count < perSecond * seconds; count++) {
      const dueMs = startMs + (count * 1000) / perSecond;
      if (dueMs > nowMs) break;
      running.push(write(dueMs));
    }
    await sleep(1);
  }
  await Promise.all(running);
  return latencies;
}

async function commit(committer: CommitterConnection, make: MakeRequest): Promise<void> {
  for (;;) {
    const outcome = await committer.commit(make());
    if (outcome.type === "committed") return;
    if (outcome.type === "failed") throw new Error(outcome.message);
  }
}
