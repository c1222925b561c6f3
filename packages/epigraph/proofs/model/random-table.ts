import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { scanIndex } from "../../src/database/testing/test-database.ts";
import type { RandomValues } from "../../src/values/testing/random-value.ts";
import type { ObjectValue, Value } from "../../src/values/value.ts";
import { filterJson, randomFilter, valueJson } from "./filters.ts";
import type { Bound, NaiveQuery } from "./naive-query.ts";
import { valueAt } from "./naive-values.ts";

/** The one table of a model: its indexes with their own fields, and the values that its documents are made of. */
export interface RandomTable {
  readonly name: string;
  readonly indexes: Readonly<Record<string, readonly string[]>>;
  /** Few, so that documents meet in them. */
  readonly values: readonly Value[];
}

export interface RandomQuery extends NaiveQuery {
  readonly index: string;
}

const PATHS = ["a", "b", "o.c", "o.d.e", "list"];

export function randomTable(random: RandomValues): RandomTable {
  const indexes: Record<string, string[]> = {};
  for (let i = random.below(4); i >= 0; i--) {
    const fields = [...new Set(Array.from({ length: 1 + random.below(3) }, () => random.pick(PATHS)))];
    // Named after its fields: two of the same fields are refused.
    indexes[`by_${fields.join("_").replaceAll(".", "")}`] = fields;
  }
  const values = Array.from({ length: 3 + random.below(10) }, () => random.value());
  return { name: "t", indexes, values };
}

/** As a push has it. */
export function schemaJson({ name, indexes }: RandomTable): string {
  let table = defineTable(v.any());
  for (const [index, fields] of Object.entries(indexes)) {
    table = table.index(index, fields as unknown as [string]) as unknown as typeof table;
  }
  return (defineSchema({ [name]: table }) as unknown as { export(): string }).export();
}

export function randomFields(random: RandomValues, { values }: RandomTable): ObjectValue {
  const maybe = (name: string, value: () => Value): ObjectValue =>
    random.below(5) === 4 ? {} : { [name]: value() };
  const any = (): Value => random.pick(values);
  return {
    ...maybe("a", any),
    ...maybe("b", any),
    ...maybe("list", any),
    ...maybe("o", () =>
      random.below(4) === 3
        ? any()
        : { ...maybe("c", any), ...maybe("d", () => (random.below(4) === 3 ? any() : maybe("e", any))) },
    ),
  };
}

/** Any index, any bounds that it allows, mostly at values that documents have; either order; now and then a filter. */
export function randomQuery(
  random: RandomValues,
  table: RandomTable,
  documents: readonly ObjectValue[],
): RandomQuery {
  const index = random.pick(["by_creation_time", "by_id", ...Object.keys(table.indexes)]);
  const fields = index === "by_id" ? ["_id"] : [...(table.indexes[index] ?? []), "_creationTime", "_id"];
  const model = documents.length === 0 ? {} : random.pick(documents);
  const valueFor = (field: string): Value | undefined => {
    // Nobody asks for a creation time or an id that is not one.
    const isOfDocument = field.startsWith("_") || random.below(3) > 0;
    return isOfDocument ? valueAt(model, field) : random.pick(table.values);
  };
  const pinned = random.below(fields.length);
  const bounds: Bound[] = fields
    .slice(0, pinned)
    .map((field) => ({ type: "Eq", field, value: valueFor(field) }));
  const field = fields[pinned]!;
  if (random.below(2) > 0) bounds.push({ type: random.pick(["Gt", "Gte"]), field, value: valueFor(field) });
  if (random.below(2) > 0) bounds.push({ type: random.pick(["Lt", "Lte"]), field, value: valueFor(field) });
  const filter = random.below(3) === 2 ? randomFilter(random, [...PATHS, "_id"], table.values) : null;
  return { index, fields, bounds, order: random.pick(["asc", "desc"]), filter };
}

/** As the SDK sends it. */
export function wireQuery(
  { name }: RandomTable,
  { index, bounds, order, filter }: RandomQuery,
  limit?: number,
): object {
  const range = bounds.map(({ type, field, value }) => [type, field, valueJson(value)] as const);
  const filters = filter === null ? [] : [{ filter: filterJson(filter) }];
  return scanIndex(`${name}.${index}`, range, order, [
    ...filters,
    ...(limit === undefined ? [] : [{ limit }]),
  ]);
}
