import assert from "node:assert/strict";
import type { TestExecution } from "../../src/database/testing/test-database.ts";
import { decodeValue, encodeValue } from "../../src/values/encoded-json.ts";
import type { RandomValues } from "../../src/values/testing/random-value.ts";
import type { JSONValue, ObjectValue, Value } from "../../src/values/value.ts";
import type { Read } from "./naive-query.ts";
import { type RandomTable, randomFields } from "./random-table.ts";

/** What the table holds, by id. Documents in it are never changed in place, so a copy of the map is a copy of all. */
export type Documents = Map<string, ObjectValue>;

/** One random write, done in both. @returns the id of the document. */
export function randomWrite(
  random: RandomValues,
  table: RandomTable,
  run: TestExecution,
  documents: Documents,
  trace: (line: string) => void,
): string {
  const kind = documents.size === 0 ? 0 : random.below(6);
  if (kind < 3) {
    const fields = randomFields(random, table);
    const id = run.insert(table.name, encodeValue(fields) as object);
    const document = decodeValue(run.get(id) as JSONValue) as ObjectValue;
    trace(`insert ${show(document)}`);
    const { _id, _creationTime: _, ...others } = document;
    assert.deepEqual([_id, others], [id, fields]);
    documents.set(id, document);
    return id;
  }
  const id = random.pick([...documents.keys()]);
  const before = documents.get(id)!;
  switch (kind) {
    case 3: {
      const fields = randomFields(random, table);
      trace(`replace ${id} by ${show(fields)}`);
      run.replace(id, encodeValue(fields) as object);
      const { _id, _creationTime } = before as { _id: string; _creationTime: number };
      documents.set(id, { ...fields, _id, _creationTime });
      break;
    }
    case 4: {
      const fields = randomFields(random, table);
      const gone = random.pick(["a", "b", "list", "o"]);
      const patch = { ...(encodeValue(fields) as object), [gone]: { $undefined: null } };
      trace(`patch ${id} with ${JSON.stringify(patch)}`);
      run.patch(id, patch);
      const { [gone]: _, ...rest } = { ...before, ...fields };
      documents.set(id, rest);
      break;
    }
    default:
      trace(`delete ${id}`);
      run.remove(id);
      documents.delete(id);
      assert.equal(run.get(id), null);
  }
  return id;
}

export function idsOf(documents: Iterable<ObjectValue>): unknown[] {
  return Array.from(documents, (document) => document["_id"]);
}

export function show(value: Value): string {
  return JSON.stringify(encodeValue(value));
}

/** Reads as the model says, or fails where that can't compute the filter. */
export function assertReads(actual: () => readonly { readonly _id: string }[], expected: Read): void {
  if (expected.isFailure) {
    assert.throws(actual, { code: "EvalError" });
    return;
  }
  assert.deepEqual(
    actual().map(({ _id }) => _id),
    idsOf(expected.documents),
  );
}
