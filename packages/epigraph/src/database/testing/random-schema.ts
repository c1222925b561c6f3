import type { RandomValues } from "../../values/testing/random-value.ts";

export const TABLES = ["a", "b"] as const;

/** What `n` may be by a table's validator; the other fields may be anything. */
type Strictness = "anything" | "numbersOrTexts" | "numbers";

interface RandomIndex {
  readonly name: string;
  readonly fields: readonly string[];
  readonly staged: boolean;
}

/** A schema that changes step by step; null tables are not declared. */
export type RandomSchema = Readonly<Record<(typeof TABLES)[number], RandomTable | null>>;

interface RandomTable {
  readonly strictness: Strictness;
  readonly indexes: readonly RandomIndex[];
}

const NAMES = ["by_x", "by_y", "by_z"];
const FIELDS = [["n"], ["m"], ["n", "m"], ["m", "n"], ["o.c"], ["o.c", "n"]];

export const FIRST_SCHEMA: RandomSchema = { a: { strictness: "anything", indexes: [] }, b: null };

/** Another schema, near the one before: an index more, less, redefined, staged or not; a validator looser or stricter. */
export function nextSchema(before: RandomSchema, random: RandomValues): RandomSchema {
  const schema = { ...before };
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const name = random.pick(TABLES);
    const table = schema[name] ?? { strictness: "anything", indexes: [] };
    schema[name] = random.below(12) === 0 ? null : changeTable(table, random);
  }
  return schema;
}

function changeTable(table: RandomTable, random: RandomValues): RandomTable {
  if (random.below(2) === 0) {
    return { ...table, strictness: random.pick<Strictness>(["anything", "numbersOrTexts", "numbers"]) };
  }
  const name = random.pick(NAMES);
  const old = table.indexes.find((index) => index.name === name);
  const others = table.indexes.filter((index) => index !== old);
  const taken = new Set(others.map(({ fields }) => fields.join()));
  const free = FIELDS.filter((fields) => !taken.has(fields.join()));
  switch (old === undefined ? 0 : random.below(4)) {
    case 0:
      return { ...table, indexes: [...others, { name, fields: random.pick(free), staged: isRare(random) }] };
    case 1:
      return { ...table, indexes: others };
    default:
      return { ...table, indexes: [...others, { ...(old as RandomIndex), staged: !old?.staged }] };
  }
}

function isRare(random: RandomValues): boolean {
  return random.below(4) === 0;
}

/** As an app's schema module exports it; null for an app without a schema. */
export function schemaJson(schema: RandomSchema): string | null {
  const tables = TABLES.flatMap((tableName) => {
    const table = schema[tableName];
    if (table === null) return [];
    const indexes = (staged: boolean): object[] =>
      table.indexes
        .filter((index) => index.staged === staged)
        .map(({ name, fields }) => ({ indexDescriptor: name, fields }));
    const documentType = documentTypeOf(table.strictness);
    return [{ tableName, indexes: indexes(false), stagedDbIndexes: indexes(true), documentType }];
  });
  return tables.length === 0 ? null : JSON.stringify({ tables, schemaValidation: true });
}

function documentTypeOf(strictness: Strictness): object {
  if (strictness === "anything") return { type: "any" };
  const number = { type: "number" };
  const n = strictness === "numbers" ? number : { type: "union", value: [number, { type: "string" }] };
  const any = { fieldType: { type: "any" }, optional: true };
  return { type: "object", value: { n: { fieldType: n, optional: false }, m: any, o: any, note: any } };
}
