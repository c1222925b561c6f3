import type { ActivePush } from "../database/catalogue/catalogue.ts";
import type { Database } from "../database/database.ts";
import { DatabaseError } from "../database/database-error.ts";
import { SchemaChange } from "../database/schema/schema-change.ts";
import type { AuthConfigEvaluator } from "../services/auth/auth-config-evaluator.ts";
import { diffCrons } from "../services/crons/apply-crons.ts";
import type { CronSpec } from "../services/crons/cron-spec.ts";
import type { ImportPhase } from "./analyse-code.ts";
import type { Analysis, PushedCode } from "./analysis.ts";
import { evaluateAuthConfig } from "./auth-config.ts";
import { checkAnalysis, checkPushedCode } from "./check-push.ts";
import { describePush, type PushReport } from "./push-report.ts";
import { readCrons } from "./read-crons.ts";

/** Evaluates modules with these environment variables; throws what is wrong with them. */
export type Analyse = (
  code: PushedCode,
  environment: Readonly<Record<string, string>>,
  phase: ImportPhase,
) => Promise<Analysis>;

/** What evaluates pushed code. */
export interface PlanParts {
  readonly database: Database;
  readonly analyse: Analyse;
  /** Finds out which identity providers the app names. */
  readonly authConfig: Pick<AuthConfigEvaluator, "evaluate">;
}

/** What a push would make of a deployment, evaluated against what was active at that moment. Nothing is written yet. */
export interface PushPlan {
  readonly code: PushedCode;
  readonly analysis: Analysis;
  /** JSON text; null when the app has no auth config. */
  readonly authProviders: string | null;
  readonly crons: readonly CronSpec[];
  /** What modules observed while they were evaluated, and will observe when they run. */
  readonly phase: ImportPhase;
  /** What ran when it was evaluated; null before the first push. Only over this one it may be activated. */
  readonly before: ActivePush | null;
  /** The variables it was evaluated with. */
  readonly environment: ReadonlyMap<string, string>;
  readonly schemaBefore: string | null;
  readonly schemaChange: SchemaChange;
  readonly report: PushReport;
}

/** Who pushes, for the history. */
export interface PushAuthor {
  /** Name of the admin key; null for the deployment's own process. */
  readonly name: string | null;
  /** What is said about the push. */
  readonly message: string | null;
}

/** The component that a push is for: the app itself. */
export const ROOT = "";

/**
 * Evaluates code: what it exports, its schema, what it changes. Without effect.
 * @throws AppError, DatabaseError or what the analysis throws: what is wrong with the app.
 */
export async function planPush(
  { database, analyse, authConfig }: PlanParts,
  phase: ImportPhase,
  code: PushedCode,
): Promise<PushPlan> {
  checkPushedCode(code);
  const { before, environment } = database.read(({ catalogue }) => ({
    before: catalogue.activePush(ROOT),
    environment: catalogue.environment,
  }));
  const variables = Object.fromEntries(environment);
  const authProviders = await evaluateAuthConfig(authConfig, code, variables);
  const analysis = await analyse(code, variables, phase);
  checkAnalysis(analysis);
  const schemaBefore = database.read(
    ({ catalogue }) => catalogue.namespace(ROOT).activeSchema?.schema.json ?? null,
  );
  const crons = readCrons(analysis);
  const cronDiff = database.read((transaction) => diffCrons(transaction, ROOT, crons));
  return {
    code,
    analysis,
    authProviders,
    crons,
    phase,
    before,
    environment,
    schemaBefore,
    schemaChange: makeSchemaChange(database, analysis),
    report: describePush(before, code, { ...analysis, authProviders }, schemaBefore, cronDiff),
  };
}

function makeSchemaChange(database: Database, { schemaJson }: Analysis): SchemaChange {
  try {
    return new SchemaChange(database, ROOT, schemaJson);
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message: string };
    if (typeof code !== "string") throw error;
    throw new DatabaseError(code, `Hit an error while evaluating your schema:\n${message}`, { cause: error });
  }
}
