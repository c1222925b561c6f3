import type { Namespace } from "../../database/catalogue/namespace.ts";
import type { Database } from "../../database/database.ts";
import { estimateTable, type TableEstimate } from "../../database/documents/estimate-table.ts";
import type { ChangedIndex } from "../../database/schema/diff-indexes.ts";
import { findDeclaredIndex, type Schema } from "../../database/schema/schema.ts";
import { isEnforcedAlready } from "../../database/schema/validate-documents.ts";
import { type PushPlan, ROOT } from "../push-plan.ts";
import { indexJson } from "./index-diff-json.ts";

const NOTHING: TableEstimate = { documents: 0, bytes: 0 };

/** The answer of `evaluate_schema`: which documents a push will have to read, and which indexes to fill. */
export function evaluateSchema(database: Database, { schemaChange }: PushPlan): object {
  const { schema } = schemaChange;
  const diff = schemaChange.indexDiff();
  return database.read((transaction) => {
    const namespace = transaction.catalogue.namespace(ROOT);
    const measures = new Map<string, TableEstimate>();
    const measure = (name: string): TableEstimate => {
      const known = measures.get(name);
      if (known !== undefined) return known;
      const table = namespace.table(name);
      const measured = table === null ? NOTHING : estimateTable(transaction.snapshot, table);
      measures.set(name, measured);
      return measured;
    };
    const index = (changed: ChangedIndex, change: string): object => ({
      ...indexJson(changed),
      change,
      needsBackfill: needsBackfill(namespace, changed, change),
      numDocs: measure(changed.table).documents,
    });
    const evaluation = {
      definitionPath: ROOT,
      schemaValidation: schema?.validation ?? false,
      tables: tablesOf(schema, namespace).map(({ name, outcome }) => {
        const { documents, bytes } = measure(name);
        return { name, outcome, numDocs: documents, sizeBytes: bytes };
      }),
      indexes: [
        ...diff.added.map((changed) => index(changed, "added")),
        ...diff.enabled.map((changed) => index(changed, "enabled")),
        ...diff.disabled.map((changed) => index(changed, "disabled")),
        ...diff.removed.map((changed) => index(changed, "dropped")),
      ],
      discardedStagedValidators: [],
    };
    return { componentSchemaEvaluations: { [ROOT]: evaluation }, newComponentDefinitions: [] };
  });
}

function tablesOf(
  schema: Schema | null,
  namespace: Namespace,
): readonly { readonly name: string; readonly outcome: string }[] {
  if (schema === null) return [];
  const active = namespace.activeSchema?.schema ?? null;
  return [...schema.tables.values()].map((table) => ({
    name: table.name,
    outcome: !schema.validation
      ? "notValidated"
      : isEnforcedAlready(table, active)
        ? "supersetOfEnforced"
        : "mustWalk",
  }));
}

function needsBackfill(namespace: Namespace, changed: ChangedIndex, change: string): boolean {
  if (change !== "added" && change !== "enabled") return false;
  const table = namespace.table(changed.table);
  const existing = table === null ? null : findDeclaredIndex(table, changed);
  return existing === null || existing.state === "backfilling";
}
