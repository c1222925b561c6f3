import assert from "node:assert/strict";
import { join } from "node:path";
import type { RandomValues } from "../../src/values/testing/random-value.ts";
import { InThreadApp } from "../../test/support/in-thread-app.ts";
import { readFolder } from "../../test/support/start-app.ts";
import type { Property } from "../support/property.ts";
import type { Op, Seen } from "./app/convex/ops.ts";
import { canThrow, list, NaiveProgram, type ProgramState } from "./naive-program.ts";

/** Folder of the app. */
export const APP: string = join(import.meta.dirname, "app");

/** An app that runs programs, for all runs of the property. @param files in place of its own. */
export function startProgramApp(files: Readonly<Record<string, string>> = {}): Promise<InThreadApp> {
  return InThreadApp.start({ ...readFolder(APP), ...files });
}

/**
 * Programs of writes, reads and nested calls, raced by `Promise.all`, some of them failing: what they see, and what they
 * leave behind, is what some order of their steps gives in which each nested call is one step, and a failed one none.
 */
export function nestedCalls(app: InThreadApp): Property {
  return async (random, trace) => {
    const numbers = Array.from({ length: 1 + random.below(4) }, () => random.below(5));
    const ids = (await app.value("mutation", "programs:reset", { numbers })) as string[];
    const before: ProgramState = new Map(
      ids.map((id, i) => [id, { name: `old ${i}`, n: numbers[i] as number }]),
    );
    const ops = new RandomProgram(random, ids).ops(4, 3);
    trace(`documents ${JSON.stringify([...before])}`);
    trace(JSON.stringify(ops, null, 1));
    const outcome = await app.call("mutation", "programs:run", { ops });
    const after = await app.value("query", "programs:everything");
    if (outcome.status === "error") {
      assert.match(outcome.error.message, /Uncaught Error: asked to/);
      assert.ok(canThrow(ops));
      assert.deepEqual(after, list(before));
      return;
    }
    const seen = JSON.parse(outcome.value) as Seen[];
    const possible = new NaiveProgram(before).endStates(ops, seen).map((state) => list(state));
    assert.ok(possible.length > 0, `it can't have seen ${outcome.value}`);
    assert.ok(
      possible.some((state) => JSON.stringify(state) === JSON.stringify(after)),
      `it saw ${outcome.value} and left ${JSON.stringify(after)}, not ${JSON.stringify(possible)}`,
    );
  };
}

class RandomProgram {
  readonly #random: RandomValues;
  readonly #ids: readonly string[];
  #inserted = 0;

  constructor(random: RandomValues, ids: readonly string[]) {
    this.#random = random;
    this.#ids = ids;
  }

  ops(count: number, depth: number): Op[] {
    return Array.from({ length: this.#random.below(count + 1) }, () => this.#op(depth));
  }

  #op(depth: number): Op {
    const random = this.#random;
    const n = random.below(5);
    const id = random.pick(this.#ids);
    switch (random.below(depth > 0 ? 16 : 9)) {
      case 0:
        return { type: "get", id };
      case 1:
      case 2:
        return { type: "list", from: random.below(3), stale: random.below(4) === 3 };
      case 3:
      case 4:
        return { type: "insert", name: `new ${this.#inserted++}`, n };
      case 5:
      case 6:
        return { type: random.pick(["patch", "replace"]), id, n };
      case 7:
        return { type: "delete", id };
      case 8:
        return random.below(3) === 2 ? { type: "throw" } : { type: "get", id };
      case 9:
      case 10:
      case 11:
        return { type: "nested", ops: this.ops(3, depth - 1) };
      case 12:
        return { type: "nested", ops: [...this.ops(3, depth - 1), { type: "throw" }] };
      default:
        return {
          type: "together",
          branches: Array.from({ length: 2 + random.below(2) }, () => this.ops(3, depth - 1)),
        };
    }
  }
}
