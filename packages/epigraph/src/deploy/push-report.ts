import type { PushDocument } from "../database/catalogue/catalogue-documents.ts";
import type { CronDiff } from "../services/crons/apply-crons.ts";
import { type Analysis, allModules, type PushedCode } from "./analysis.ts";
import { listProviders } from "./auth-config.ts";
import type { PushPlan } from "./push-plan.ts";

/** What a push changed. */
export interface PushReport {
  /** False when the deployment runs exactly this already. */
  readonly changed: boolean;
  readonly functions: Difference;
  readonly routes: Difference;
  readonly indexes: Difference;
  /** As errors about tokens name them. */
  readonly authProviders: Difference;
  /** Paths of modules whose code changed, those with added and removed functions included. */
  readonly modules: Difference & { readonly modified: readonly string[] };
  readonly schemaChanged: boolean;
  readonly crons: CronDiff;
}

export interface Difference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Functions as people write them: `messages:list`, `tasks` for a default export. */
export function listFunctions(modules: Analysis["modules"]): readonly string[] {
  return Object.entries(modules).flatMap(([path, { functions }]) =>
    functions.map(({ name }) => {
      const module = path.replace(/\.js$/, "");
      return name === "default" ? module : `${module}:${name}`;
    }),
  );
}

/** Routes as `GET /path`. */
export function listRoutes(modules: Analysis["modules"]): readonly string[] {
  return Object.values(modules).flatMap(({ httpRoutes }) =>
    (httpRoutes ?? []).map(({ method, path }) => `${method} ${path}`),
  );
}

export function difference(before: readonly string[], after: readonly string[]): Difference {
  const [old, current] = [new Set(before), new Set(after)];
  return {
    added: [...current].filter((name) => !old.has(name)).sort(),
    removed: [...old].filter((name) => !current.has(name)).sort(),
  };
}

/** What code would change of what is active. */
export function describePush(
  before: PushDocument | null,
  code: PushedCode,
  analysis: Analysis & Pick<PushPlan, "authProviders">,
  schemaBefore: string | null,
  crons: CronDiff,
): PushReport {
  const old = before === null ? {} : (JSON.parse(before.functions) as Analysis["modules"]);
  const oldHashes = new Map(before?.modules.map(({ path, hash }) => [path, hash]));
  const modules = allModules(code);
  const modified = modules.filter(({ path, hash }) => oldHashes.has(path) && oldHashes.get(path) !== hash);
  const paths = difference(
    [...oldHashes.keys()],
    modules.map(({ path }) => path),
  );
  const schemaChanged = schemaBefore !== analysis.schemaJson;
  return {
    changed:
      before === null ||
      schemaChanged ||
      Object.values(crons).some((names) => names.length > 0) ||
      modified.length + paths.added.length + paths.removed.length > 0 ||
      before.functions !== JSON.stringify(analysis.modules) ||
      (before.definition ?? null) !== analysis.definitionJson ||
      (before.packages ?? null) !== (code.packages === null ? null : JSON.stringify(code.packages)) ||
      (before.authProviders ?? null) !== analysis.authProviders,
    functions: difference(listFunctions(old), listFunctions(analysis.modules)),
    routes: difference(listRoutes(old), listRoutes(analysis.modules)),
    indexes: difference(listIndexes(schemaBefore), listIndexes(analysis.schemaJson)),
    authProviders: difference(listProviders(before?.authProviders), listProviders(analysis.authProviders)),
    modules: { ...paths, modified: modified.map(({ path }) => path) },
    schemaChanged,
    crons,
  };
}

/** `table.index` for each declared database index. */
export function listIndexes(schemaJson: string | null): readonly string[] {
  if (schemaJson === null) return [];
  const { tables } = JSON.parse(schemaJson) as {
    readonly tables?: readonly {
      readonly tableName: string;
      readonly indexes?: readonly { readonly indexDescriptor: string }[];
    }[];
  };
  return (tables ?? []).flatMap(({ tableName, indexes = [] }) =>
    indexes.map(({ indexDescriptor }) => `${tableName}.${indexDescriptor}`),
  );
}
