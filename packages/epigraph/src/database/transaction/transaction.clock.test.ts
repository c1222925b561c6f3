import assert from "node:assert/strict";
import { afterEach, beforeEach, it } from "node:test";
import { decodeValue } from "../../values/encoded-json.ts";
import { decodeId } from "../../values/id.ts";
import type { JSONValue } from "../../values/value.ts";
import { scanTable, TestDatabase, type TestExecution } from "../testing/test-database.ts";

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

let test: TestDatabase;
beforeEach(() => {
  test = new TestDatabase();
});
afterEach(() => test.close());

const insert = (run: TestExecution): string => run.insert("t", { at: { $commitTs: null } });

/** Commit timestamps in documents, in the order in which they were inserted, and creation times. */
function times(ids: readonly string[]): readonly { readonly at: bigint; readonly createdMs: number }[] {
  return test.run((run) => {
    assert.equal(run.collect(scanTable("t")).length, ids.length);
    return ids.map((id) => {
      const document = run.get(id);
      return {
        at: decodeValue(document?.["at"] as JSONValue) as bigint,
        createdMs: document?.["_creationTime"] as number,
      };
    });
  });
}

it("time goes on where it was when the wall clock is set back one hour and the process starts again", async () => {
  const ids = [await test.mutate(insert), await test.mutate(insert)];
  test.nowMs -= HOUR_MS;
  test.reopen();
  for (let i = 0; i < 3; i++) ids.push(await test.mutate(insert));
  test.nowMs -= HOUR_MS;
  ids.push(await test.mutate(insert));
  const seen = times(ids);
  for (let i = 1; i < seen.length; i++) {
    assert.ok(seen[i]!.at > seen[i - 1]!.at, `commit ${i}`);
    assert.ok(seen[i]!.createdMs > seen[i - 1]!.createdMs, `creation ${i}`);
  }
  // Within the moment that the clock had reached: nothing runs ahead of it by more than what was written.
  assert.ok(seen.at(-1)!.createdMs - seen[1]!.createdMs < 1);

  test.nowMs += 3 * HOUR_MS;
  ids.push(await test.mutate(insert));
  assert.equal(times(ids).at(-1)?.createdMs, test.nowMs);
});

it("documents are found in the order of their creation, whatever the clock did", async () => {
  const ids = [await test.mutate(insert)];
  test.nowMs -= HOUR_MS;
  test.reopen();
  ids.push(await test.mutate(insert), await test.mutate(insert));
  const scanned = test.run((run) => run.collect(scanTable("t")).map(({ _id }) => _id));
  assert.deepEqual(scanned, ids);
});

it("ids name the day of the wall clock, also when it was set back over midnight", async () => {
  const dayOf = (id: string): number => {
    const { internalId } = decodeId(id);
    return internalId[14]! * 256 + internalId[15]!;
  };
  const today = Math.floor(test.nowMs / DAY_MS);
  assert.equal(dayOf(await test.mutate(insert)), today);
  test.nowMs = today * DAY_MS - 1;
  test.reopen();
  const id = await test.mutate(insert);
  assert.equal(dayOf(id), today - 1);
  assert.notEqual(
    test.run((run) => run.get(id)),
    null,
  );
});
