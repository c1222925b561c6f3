import assert from "node:assert/strict";
import type { Page, TestDatabase } from "../../src/database/testing/test-database.ts";
import type { RandomValues } from "../../src/values/testing/random-value.ts";
import type { ObjectValue } from "../../src/values/value.ts";
import type { Property } from "../support/property.ts";
import { holds } from "./filters.ts";
import { type Documents, idsOf, randomWrite } from "./model-documents.ts";
import { comparePositions, type Position, positionOf, scan } from "./naive-query.ts";
import {
  type RandomQuery,
  type RandomTable,
  randomQuery,
  randomTable,
  schemaJson,
  wireQuery,
} from "./random-table.ts";

/** Where a page begins or ends; `start` is before everything, `end` behind it. */
type Place = "start" | "end" | Position;

interface LoadedPage {
  readonly from: Place;
  readonly cursor: string | null;
  readonly until: Place;
  readonly continueCursor: string;
}

/**
 * Somebody loads page after page of a query while others write, and loads pages again: with their ends, as clients do
 * that hold cursors, or as live queries do, whose end is remembered; and splits them. No document is missed or shown
 * twice, however many came and went.
 */
export function pages(openDatabase: () => TestDatabase): Property {
  return async (random, trace) => {
    const table = randomTable(random);
    trace(`indexes ${JSON.stringify(table.indexes)}`);
    const test = openDatabase();
    try {
      await test.push(schemaJson(table));
      const documents: Documents = new Map();
      const write = (): Promise<void> => {
        test.nowMs += random.below(2);
        return test.mutate((run) => {
          for (let i = random.below(6); i >= 0; i--) randomWrite(random, table, run, documents, trace);
        });
      };
      await write();
      const reader = new PageReader(
        test,
        table,
        randomQuery(random, table, [...documents.values()]),
        documents,
        trace,
      );
      while (random.below(30) > 0) {
        if (random.below(3) === 0) await write();
        else reader.step(random);
      }
    } finally {
      test.close();
    }
  };
}

class PageReader {
  readonly #test: TestDatabase;
  readonly #query: RandomQuery;
  readonly #wire: object;
  readonly #documents: Documents;
  readonly #trace: (line: string) => void;
  readonly #loaded: LoadedPage[] = [];

  constructor(
    test: TestDatabase,
    table: RandomTable,
    query: RandomQuery,
    documents: Documents,
    trace: (line: string) => void,
  ) {
    this.#test = test;
    this.#query = query;
    this.#wire = wireQuery(table, query);
    this.#documents = documents;
    this.#trace = trace;
    trace(`query ${JSON.stringify(this.#wire)}`);
  }

  step(random: RandomValues): void {
    const last = this.#loaded.at(-1);
    const [kind, index] = [random.below(4), random.below(Math.max(1, this.#loaded.length))];
    if (last === undefined || (kind === 0 && last.until !== "end")) this.#loadNext(random, last);
    else if (kind === 1) this.#loadAgain(this.#loaded[index]!, 1 + random.below(3));
    else if (kind === 2) this.#loadRemembered(this.#loaded[index]!);
    else this.#checkWhole();
  }

  #loadNext(random: RandomValues, last: LoadedPage | undefined): void {
    const pageSize = 1 + random.below(4);
    const maximumRowsRead = random.below(3) === 2 ? 1 + random.below(4) : null;
    const [from, cursor] = last === undefined ? ["start" as const, null] : [last.until, last.continueCursor];
    this.#trace(`page ${this.#loaded.length} of ${pageSize}, maximumRowsRead ${maximumRowsRead}`);
    const expected = this.#expected(from, pageSize, maximumRowsRead ?? Number.POSITIVE_INFINITY);
    const load = (): Page => this.#page({ cursor, pageSize, maximumRowsRead });
    if (expected === "error") {
      assert.throws(load, { code: "EvalError" });
      return;
    }
    const page = load();
    assert.deepEqual(idsOf(page.page), idsOf(expected.documents));
    assert.equal(page.isDone, expected.until === "end");
    const { scanned } = expected;
    assert.equal(page.splitCursor !== null, scanned > 2);
    // Without a place to split it at, no page asks for that.
    assert.equal(page.pageStatus === "SplitRequired", expected.isCut && scanned > 2);
    this.#loaded.push({ from, cursor, until: expected.until, continueCursor: page.continueCursor });
  }

  /** As the platform words it: up to so many results, or so many rows, and behind the last row that was looked at. */
  #expected(
    from: Place,
    pageSize: number,
    maxRows: number,
  ): { documents: ObjectValue[]; until: Place; scanned: number; isCut: boolean } | "error" {
    const documents: ObjectValue[] = [];
    let until: Place = from;
    let scanned = 0;
    for (const document of this.#between(from, "end")) {
      if (documents.length === pageSize) return { documents, until, scanned, isCut: false };
      if (scanned === maxRows) return { documents, until, scanned, isCut: true };
      const passes = this.#passes(document);
      if (passes === "error") return "error";
      if (passes) documents.push(document);
      until = positionOf(this.#query, document);
      scanned++;
    }
    const isFull = documents.length === pageSize;
    const isCut = !isFull && scanned === maxRows;
    return { documents, until: isFull || isCut ? until : "end", scanned, isCut };
  }

  #loadAgain({ from, cursor, until, continueCursor }: LoadedPage, pageSize: number): void {
    this.#trace(`again with its end`);
    const whole = this.#filtered(from, until);
    const load = (): Page => this.#page({ cursor, endCursor: continueCursor, pageSize, maximumRowsRead: 1 });
    if (whole === "error") {
      assert.throws(load, { code: "EvalError" });
      return;
    }
    const page = load();
    assert.deepEqual(idsOf(page.page), whole);
    assert.equal(page.continueCursor, continueCursor);
    assert.equal(page.isDone, until === "end");
    if (page.splitCursor === null) return;
    const left = this.#page({ cursor, endCursor: page.splitCursor, pageSize });
    const right = this.#page({ cursor: page.splitCursor, endCursor: continueCursor, pageSize });
    assert.deepEqual([...left.page, ...right.page], page.page);
  }

  #loadRemembered({ from, cursor, until, continueCursor }: LoadedPage): void {
    this.#trace(`again as a live query`);
    const whole = this.#filtered(from, until);
    if (whole === "error") return;
    const page = this.#test.run((run) => run.page(this.#wire, { cursor, pageSize: 1 }), {}, continueCursor);
    assert.deepEqual(idsOf(page.page), whole);
    assert.equal(page.continueCursor, continueCursor);
  }

  /** All loaded pages, loaded again at one moment, are the query up to where they end. */
  #checkWhole(): void {
    this.#trace("all pages");
    const whole = this.#filtered("start", this.#loaded.at(-1)!.until);
    if (whole === "error") return;
    const ids = this.#loaded.flatMap(({ cursor, continueCursor }) =>
      this.#page({ cursor, endCursor: continueCursor }).page.map(({ _id }) => _id),
    );
    assert.deepEqual(ids, whole);
  }

  #page(options: object): Page {
    return this.#test.run((run) => run.page(this.#wire, options));
  }

  #filtered(from: Place, until: Place): readonly unknown[] | "error" {
    const between = this.#between(from, until);
    if (between.some((document) => this.#passes(document) === "error")) return "error";
    return idsOf(between.filter((document) => this.#passes(document) === true));
  }

  #passes(document: ObjectValue): boolean | "error" {
    const { filter } = this.#query;
    return filter === null || holds(filter, document);
  }

  /** Behind the one place, and not behind the other. */
  #between(from: Place, until: Place): ObjectValue[] {
    return scan(this.#query, this.#documents.values()).filter((document) => {
      const position = positionOf(this.#query, document);
      return this.#compare(position, from) > 0 && this.#compare(position, until) <= 0;
    });
  }

  #compare(position: Position, place: Place): number {
    if (place === "start") return 1;
    return place === "end" ? -1 : comparePositions(this.#query, position, place);
  }
}
