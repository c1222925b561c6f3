import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkHistory } from "./check-history.ts";
import type { History, Step, TransactionRecord } from "./history.ts";

const append = (object: string, value: number): Step => ({ type: "append", object, value });
const list = (object: string, ...values: number[]): Step => ({ type: "readList", object, values });
const write = (object: string, value: number, replaced: number | null): Step => ({
  type: "write",
  object,
  value,
  replaced,
});
const register = (object: string, value: number | null): Step => ({ type: "readRegister", object, value });
const nested = (isRolledBack: boolean, ...steps: Step[]): Step => ({ type: "nested", isRolledBack, steps });

type Entry = Partial<TransactionRecord> & { readonly steps: readonly Step[] };

/** All at once, so that nothing follows from times. */
const concurrent = (...entries: (Entry | readonly Step[])[]): History =>
  entries.map((entry, id) => {
    const record: Entry = "steps" in entry ? entry : { steps: entry };
    return { id, client: id, invokedMs: 0, completedMs: 100, outcome: "committed", ...record };
  });

/** One after the other. */
const serial = (...entries: (Entry | readonly Step[])[]): History =>
  concurrent(...entries).map((record) => ({
    ...record,
    invokedMs: record.id * 10,
    completedMs: record.id * 10 + 5,
  }));

function assertFinds(history: History, name: string, explanation = /./): void {
  const { anomalies } = checkHistory(history);
  const found = anomalies.find((anomaly) => anomaly.name === name);
  assert.notEqual(found, undefined, `${name} not in ${JSON.stringify(anomalies.map((a) => a.name))}`);
  assert.match((found as { explanation: string }).explanation, explanation);
}

function assertPasses(history: History): void {
  assert.deepEqual(checkHistory(history).anomalies, []);
}

describe("a history that passes", () => {
  it("is one of transactions that ran one after the other", () =>
    assertPasses(
      serial(
        [append("x", 1), list("x", 1), write("r", 1, null)],
        [list("x", 1), append("x", 2), append("y", 3), list("x", 1, 2)],
        [write("r", 2, 1), register("r", 2), write("r", 3, 2)],
        [list("x", 1, 2), list("y", 3), register("r", 3)],
      ),
    ));

  it("may have run in another order than clients began", () =>
    assertPasses(
      concurrent([list("x", 1)], [append("x", 1), register("r", 2)], [write("r", 2, null)], [list("x")]),
    ));

  it("may have what failed in it, as long as nobody saw that", () =>
    assertPasses(
      serial(
        [append("x", 1)],
        { outcome: "thrown", steps: [list("x", 1), append("x", 2), list("x", 1, 2)] },
        [
          nested(true, append("x", 3), list("x", 1, 3)),
          list("x", 1),
          nested(false, append("x", 4)),
          list("x", 1, 4),
        ],
        [list("x", 1, 4)],
      ),
    ));

  it("may have what was refused, whatever that wanted to write", () => {
    assertPasses(
      serial(
        [write("r", 1, null)],
        { outcome: "refused", steps: [write("r", 2, null), write("r", 3, null), append("x", 4)] },
        [list("x")],
      ),
    );
  });

  it("may show or hide what a client was never told the outcome of", () => {
    const lost: Entry = { outcome: "unknown", steps: [append("x", 1)] };
    assertPasses(serial(lost, [list("x")], [list("x", 1)]));
    assertPasses(serial(lost, [list("x")]));
  });
});

describe("in a history are found", () => {
  it("writes that crossed: G0", () =>
    assertFinds(
      concurrent(
        [append("x", 1), append("y", 1)],
        [append("x", 2), append("y", 2)],
        [list("x", 1, 2), list("y", 2, 1)],
      ),
      "G0",
    ));

  it("a write of a transaction that failed: G1a", () => {
    for (const outcome of ["thrown", "refused"] as const) {
      const failed: Entry = { outcome, steps: [append("x", 1), write("r", 1, null)] };
      assertFinds(serial(failed, [list("x", 1)]), "G1a (aborted read)", /T1 read 1 in x, which T0 wrote/);
      assertFinds(serial(failed, [register("r", 1)]), "G1a (aborted read)");
    }
  });

  it("a write of a nested mutation that was rolled back: G1a", () =>
    assertFinds(serial([nested(true, append("x", 1))], [list("x", 1)]), "G1a (aborted read)"));

  it("a write that its transaction had not finished: G1b", () => {
    assertFinds(
      concurrent([append("x", 1), append("x", 2)], [list("x", 1)], [list("x", 1, 2)]),
      "G1b (intermediate read)",
    );
    assertFinds(
      concurrent([write("r", 1, null), write("r", 2, 1)], [register("r", 1)]),
      "G1b (intermediate read)",
    );
  });

  it("transactions that saw each other: G1c", () =>
    assertFinds(concurrent([append("x", 1), list("y", 2)], [append("y", 2), list("x", 1)]), "G1c"));

  it("half of a transaction: G-single", () =>
    assertFinds(
      concurrent([append("x", 1), append("y", 2)], [list("x", 1), list("y")], [list("y", 2)]),
      "G-single",
      /T1 must come before T0 \(rw\): T1 saw y without anything, not yet with 2 of T0/,
    ));

  it("two that replaced the same version: a lost update", () => {
    assertFinds(
      concurrent([write("r", 1, null)], [write("r", 2, 1)], [write("r", 3, 1)]),
      "G2 (lost update)",
    );
    assertFinds(
      concurrent([list("x"), append("x", 1)], [list("x"), append("x", 2)], [list("x", 1, 2)]),
      "G-single (lost update)",
    );
  });

  it("two that each read what the other wrote: write skew, a G2", () =>
    assertFinds(
      concurrent([list("x"), append("y", 1)], [list("y"), append("x", 2)], [list("x", 2), list("y", 1)]),
      "G2 (write skew)",
    ));

  it("a longer ring of such: G2", () =>
    assertFinds(
      concurrent(
        [register("a", null), write("b", 1, null)],
        [register("b", null), write("c", 1, null)],
        [register("c", null), write("a", 1, null)],
      ),
      "G2",
      /3 transactions that can stand in no order/,
    ));

  it("a read that misses what was acknowledged before it began", () => {
    assertFinds(serial([append("x", 1)], [list("x")]), "G-single-realtime (stale read or lost write)");
    assertFinds(
      serial([write("r", 1, null)], [register("r", null)]),
      "G-single-realtime (stale read or lost write)",
    );
    assertPasses(concurrent([append("x", 1)], [list("x")]));
  });

  it("a failed transaction that saw an old state", () =>
    assertFinds(
      serial([append("x", 1)], { outcome: "thrown", steps: [list("x")] }, [list("x", 1)]),
      "G-single-realtime (stale read or lost write)",
    ));

  it("the shortest of what is wrong, however much was acknowledged in between", () => {
    const other = Array.from({ length: 20 }, (_, i) => [append("y", i)]);
    assertFinds(
      serial([append("x", 1)], ...other, [list("x")]),
      "G-single-realtime (stale read or lost write)",
      /2 transactions/,
    );
  });

  it("what clients learn in an order that can't be", () =>
    assertFinds(
      serial([list("x", 1)], [append("x", 1)], [list("x", 1)]),
      "G1c-realtime",
      /T0 was acknowledged before T1 began/,
    ));

  it("lists of which neither is a beginning of the other, elements twice, and such that nobody appended", () => {
    assertFinds(
      concurrent([append("x", 1)], [append("x", 2)], [list("x", 1)], [list("x", 2)]),
      "incompatible order",
    );
    assertFinds(concurrent([append("x", 1)], [list("x", 1, 1)]), "duplicate");
    assertFinds(concurrent([list("x", 7)]), "garbage read");
  });

  it("transactions that lose sight of their own writes, or see two states", () => {
    assertFinds(concurrent([append("x", 1), list("x")]), "internal");
    assertFinds(concurrent([write("r", 1, null), register("r", null)]), "internal");
    assertFinds(concurrent([list("x"), list("x", 1)], [append("x", 1)]), "internal");
    assertFinds(concurrent([nested(true, append("x", 1)), list("x", 1)]), "G1a (aborted read)");
  });
});
