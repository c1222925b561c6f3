// The model would be worth nothing if everything agreed with it: here it is shown databases that are broken.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { TestDatabase, type TestExecution } from "../../src/database/testing/test-database.ts";
import type { Transaction } from "../../src/database/transaction/transaction.ts";
import type { Ticks } from "../../src/store/ticks.ts";
import { findFailure, type Property } from "../support/property.ts";
import { conflicts } from "./conflicts.ts";
import { APP, nestedCalls, startProgramApp } from "./nested-calls.ts";
import { pages } from "./pages.ts";
import { past } from "./past.ts";
import { queries } from "./queries.ts";

const SEED = 1;
const MAX_RUNS = 200;

/** Conflict checking switched off, or on too much. */
class WrongReads extends TestDatabase {
  readonly #doReadsCount: boolean;

  constructor(doReadsCount: boolean) {
    super();
    this.#doReadsCount = doReadsCount;
  }

  override async commit(transaction: Transaction): Promise<string> {
    const request = transaction.toCommitRequest({ source: "test.js:run", notify: null, retry: null });
    if (request === null) return "nothing";
    const indexes = new Set(request.writes.flatMap(({ touched }) => touched.map(({ index }) => index)));
    const everything = Array.from(indexes, (index) => ({
      index,
      ranges: [{ start: new Uint8Array(), end: null }],
    }));
    return (await this.committer.commit({ ...request, reads: this.#doReadsCount ? everything : [] })).type;
  }
}

class ReadsNewestOnly extends TestDatabase {
  override runAt<T>(_at: Ticks, use: (execution: TestExecution) => T): T {
    return this.run(use);
  }
}

class ForgetsPageEnds extends TestDatabase {
  override run<T>(use: (execution: TestExecution) => T): T {
    return super.run(use);
  }
}

class ReadsOwnWritesAlways extends TestDatabase {
  override executionOn(transaction: Transaction): TestExecution {
    Object.assign(transaction, { withoutOwnWrites: () => transaction });
    return super.executionOn(transaction);
  }
}

async function assertFindsOut(property: Property): Promise<void> {
  for (let run = 0; run < MAX_RUNS; run++) {
    const failure = await findFailure(property, SEED + run);
    if (failure === null) continue;
    assert.ok(failure.error instanceof assert.AssertionError, String(failure.error));
    return;
  }
  assert.fail(`nothing found in ${MAX_RUNS} runs`);
}

describe("the model finds out", () => {
  it("a database whose conflict check is switched off", () =>
    assertFindsOut(conflicts(() => new WrongReads(false))));

  it("one that refuses what touches nothing", () => assertFindsOut(conflicts(() => new WrongReads(true))));

  it("one that does not know the past", () => assertFindsOut(past(() => new ReadsNewestOnly())));

  it("one whose live pages forget where they ended", () =>
    assertFindsOut(pages(() => new ForgetsPageEnds())));

  it("one that shows a transaction's own writes where it should not", () =>
    assertFindsOut(queries(() => new ReadsOwnWritesAlways())));

  it("nested calls that are no scopes of their own", async () => {
    const file = "convex/programs.ts";
    const text = readFileSync(join(APP, file), "utf8");
    const inlined = text.replace(
      "ctx.runMutation(internal.programs.nested, { ops: op.ops })",
      "runAll(ctx, op.ops)",
    );
    assert.notEqual(inlined, text);
    await using app = await startProgramApp({ [file]: inlined });
    await assertFindsOut(nestedCalls(app));
  });
});
