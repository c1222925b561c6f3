import { describe } from "node:test";
import { describeBackfills } from "./backfills.ts";
import { describeCommits } from "./commits.ts";
import { describeHistory } from "./history.ts";
import { describeLoads } from "./loads.ts";
import { describeRandomHistories } from "./random-history.ts";
import { describeReads } from "./reads.ts";
import type { OpenStore } from "./store-under-test.ts";

/** The contract of `Store`, run by every implementation. */
export function runStoreConformance(name: string, open: OpenStore): void {
  describe(`store contract: ${name}`, () => {
    describeReads(open);
    describeCommits(open);
    describeHistory(open);
    describeBackfills(open);
    describeLoads(open);
    describeRandomHistories(open);
  });
}
