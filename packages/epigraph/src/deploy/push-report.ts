import type { CronDiff } from "../services/crons/apply-crons.ts";
import type { Analysis } from "./analysis.ts";

/** What a push changed. */
export interface PushReport {
  /** False when the deployment runs exactly this already. */
  readonly changed: boolean;
  readonly functions: Difference;
  readonly routes: Difference;
  readonly indexes: Difference;
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
