import type { CronSpec } from "../../services/crons/cron-spec.ts";
import { encodeValue } from "../../values/encoded-json.ts";
import { CRONS_PATH } from "../analyse-code.ts";
import { type AnalysedModule, isChunk } from "../analysis.ts";
import { type PushPlan, ROOT } from "../push-plan.ts";
import { type IndexDiffJson, indexDiffJson } from "./index-diff-json.ts";

/** What a push does to schemas, as it travels to the CLI and back. The CLI looks at the index diffs alone. */
export interface SchemaChangeJson {
  readonly allocatedComponentIds: Readonly<Record<string, string>>;
  readonly schemaIds: Readonly<Record<string, string | null>>;
  readonly indexDiffs: Readonly<Record<string, IndexDiffJson>>;
  /** Names the push for `wait_for_schema` and `finish_push`; null for one that was only evaluated. */
  readonly pushId: string | null;
}

export function schemaChangeJson(
  plan: PushPlan,
  schemaId: string | null,
  pushId: string | null,
): SchemaChangeJson {
  return {
    allocatedComponentIds: {},
    schemaIds: { [ROOT]: schemaId },
    indexDiffs: { [ROOT]: indexDiffJson(plan.schemaChange.indexDiff()) },
    pushId,
  };
}

/**
 * The answer of `start_push`. Values of environment variables stay here: the CLI has no use for them, and what they were
 * is remembered with the push.
 */
export function startAnswer(plan: PushPlan, schemaChange: SchemaChangeJson): object {
  return {
    environmentVariables: {},
    externalDepsId: plan.code.packages?.folder.split(/[\\/]/).at(-1) ?? null,
    componentDefinitionPackages: {},
    appAuth: JSON.parse(plan.authProviders ?? "[]") as object[],
    analysis: { [ROOT]: evaluatedDefinition(plan) },
    app: {
      definitionPath: ROOT,
      componentPath: ROOT,
      args: {},
      childComponents: {},
      httpRoutes: { httpModuleRoutes: plan.analysis.modules["http.js"]?.httpRoutes ?? null, mounts: [] },
      exports: {},
    },
    schemaChange,
  };
}

function evaluatedDefinition({ analysis, code, crons, phase }: PushPlan): object {
  const seed = Uint8Array.from(Buffer.from(phase.importSeed, "hex"));
  return {
    definition: {
      definitionType: { type: "app" },
      childComponents: [],
      httpMounts: {},
      exports: { type: "branch", branch: [] },
      ...(analysis.definitionJson === null ? {} : (JSON.parse(analysis.definitionJson) as object)),
      path: ROOT,
    },
    schema: analysis.schemaJson === null ? null : analysedSchema(analysis.schemaJson),
    functions: Object.fromEntries(
      Object.entries(analysis.modules)
        .filter(([path]) => !isChunk(path))
        .map(([path, module]) => [path, analysedModule(module, path === CRONS_PATH ? crons : null)]),
    ),
    udfConfig: {
      serverVersion: code.udfServerVersion,
      importPhaseRngSeed: encodeValue(seed.buffer),
      importPhaseUnixTimestamp: encodeValue(BigInt(Math.trunc(phase.importTimeMs)) * 1_000_000n),
    },
  };
}

interface SchemaJson {
  readonly tables: readonly {
    readonly indexes?: readonly IndexDefinitionJson[];
    readonly stagedDbIndexes?: readonly IndexDefinitionJson[];
  }[];
}

interface IndexDefinitionJson {
  readonly fields: readonly string[];
}

/** As the schema's module exports it, with the field that every index has at its end. */
function analysedSchema(json: string): object {
  const schema = JSON.parse(json) as SchemaJson;
  const complete = ({ fields, ...index }: IndexDefinitionJson): IndexDefinitionJson => ({
    ...index,
    fields: [...fields, "_creationTime"],
  });
  return {
    ...schema,
    tables: schema.tables.map(({ indexes = [], stagedDbIndexes = [], ...table }) => ({
      ...table,
      indexes: indexes.map(complete),
      stagedDbIndexes: stagedDbIndexes.map(complete),
    })),
  };
}

/** @param crons of the module that declares them; null for all others. */
function analysedModule(
  { functions, httpRoutes }: AnalysedModule,
  crons: readonly CronSpec[] | null,
): object {
  return {
    functions: functions.map(({ name, udfType, visibility, args, returns }) => ({
      name,
      pos: null,
      udfType,
      visibility: visibility === null ? null : { kind: visibility },
      args,
      returns,
    })),
    httpRoutes: httpRoutes?.map((route) => ({ route, pos: null })) ?? null,
    cronSpecs:
      crons?.map(({ name, path, args, schedule }) => ({
        identifier: name,
        spec: {
          udfPath: path,
          udfArgs: JSON.parse(args) as unknown,
          cronSchedule: JSON.parse(schedule) as unknown,
        },
      })) ?? null,
    sourceMapped: null,
  };
}
