import type { CommitRequest } from "../../src/database/commit-request.ts";
import { commitRequest, INDEX, insertion } from "../../src/database/testing/commit-requests.ts";
import type { StoreInspection } from "../../src/store/store.ts";

const SIZE = 1500;

/** A commit of two documents, which depends on nothing. */
export function pairRequest(key: string): CommitRequest {
  const writes = ["left", "right"].map((side) => insertion(`${key}/${side}`, SIZE));
  return commitRequest(Number.MAX_SAFE_INTEGER, [], writes);
}

/**
 * Looks at a store that holds such pairs.
 * @param acknowledged keys of pairs that must be there.
 * @returns a sentence for each thing that is wrong.
 */
export function checkPairs(inspection: StoreInspection, acknowledged: Iterable<string>): readonly string[] {
  const problems: string[] = [];
  for (const check of [inspection.integrity, ...inspection.checks]) problems.push(...check.run());
  const sides = new Map<string, number>();
  for (const { key } of inspection.entries(INDEX)) {
    const [name] = Buffer.from(key).toString().split("/") as [string];
    sides.set(name, (sides.get(name) ?? 0) + 1);
  }
  for (const [name, count] of sides) {
    if (count !== 2) problems.push(`Of pair ${name} there is one half.`);
  }
  for (const name of acknowledged) {
    if (!sides.has(name)) problems.push(`Pair ${name} was acknowledged and is not there.`);
  }
  return problems;
}
