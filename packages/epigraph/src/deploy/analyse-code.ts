import type { CallError } from "../runtime/runner/call-error.ts";
import type { AnalyseMessage, AnalysisOutcome } from "../runtime/runner/messages.ts";
import {
  type AnalysedFunction,
  type AnalysedModule,
  type Analysis,
  isChunk,
  type PushedCode,
} from "./analysis.ts";
import { type AppError, appError } from "./app-error.ts";
import { locateFrames } from "./frames.ts";
import { DEFINITION_PATH } from "./prepare-modules.ts";

type AnalysisRequest = Omit<AnalyseMessage, "type" | "job">;

export interface CodeAnalyserOptions {
  /** Has a runner evaluate the modules. */
  readonly run: (request: AnalysisRequest) => Promise<AnalysisOutcome>;
  /** Variables of the host, unless others stand in for them. */
  readonly builtIn: () => Readonly<Record<string, string>>;
}

/** What the code's modules may observe while they are evaluated, which is what they will observe when they run. */
export interface ImportPhase {
  readonly importSeed: string;
  readonly importTimeMs: number;
}

const SCHEMA_PATH = "schema.js";
/** The module that declares the crons. */
export const CRONS_PATH = "crons.js";

/**
 * Finds out what a push's modules export.
 * @throws AppError `InvalidModules`, with the place in the app's source where there is one.
 */
export async function analyseCode(
  { run, builtIn }: CodeAnalyserOptions,
  code: PushedCode,
  environment: Readonly<Record<string, string>>,
  phase: ImportPhase,
): Promise<Analysis> {
  const own = code.modules.filter(({ path }) => !isChunk(path));
  const paths = own.map(({ path }) => path);
  const special = [code.schema, code.definition].filter((module) => module !== null);
  const modules = [...code.modules, code.sdk, ...special];
  const outcome = await run({
    modules: modules.map(({ path, source, sourceMap, environment }) => ({
      path,
      source,
      sourceMap,
      environment,
    })),
    packagesFolder: code.packages?.folder ?? null,
    paths: [...paths, ...special.map(({ path }) => path)],
    environment: { ...builtIn(), ...environment },
    ...phase,
  });
  if (outcome.type === "error") throw failedAnalysis(outcome.path, outcome.error);
  const analysed = (path: string): ModuleFacts => JSON.parse(outcome.modules[path] as string) as ModuleFacts;
  return {
    modules: Object.fromEntries(
      own.map(({ path, environment }): [string, AnalysedModule] => {
        const { functions, httpRoutes } = analysed(path);
        if (environment === "node") checkActionsOnly(path, functions);
        return [path, { functions, httpRoutes }];
      }),
    ),
    httpActions: own.flatMap(({ path }) => analysed(path).httpActions.map((name) => `${path}:${name}`)),
    schemaJson: code.schema === null ? null : analysed(SCHEMA_PATH).schemaJson,
    cronsJson: paths.includes(CRONS_PATH) ? analysed(CRONS_PATH).cronsJson : null,
    definitionJson: code.definition === null ? null : analysed(DEFINITION_PATH).definitionJson,
  };
}

function checkActionsOnly(path: string, functions: readonly AnalysedFunction[]): void {
  for (const { name, udfType } of functions) {
    if (udfType === "Action") continue;
    throw appError(
      "InvalidModules",
      `\`${name}\` defined in \`${path}\` is a ${udfType} function. Only actions can be defined in Node.js. See https://docs.convex.dev/functions/actions for more details.`,
    );
  }
}

/** What the kernel says of a module. */
interface ModuleFacts extends AnalysedModule {
  readonly httpActions: readonly string[];
  readonly schemaJson: string | null;
  readonly cronsJson: string | null;
  readonly definitionJson: string | null;
}

function failedAnalysis(path: string, { message, frames }: CallError): AppError {
  const what =
    path === SCHEMA_PATH ? "Hit an error while evaluating your schema:\n" : `Failed to analyze ${path}: `;
  return appError(
    "InvalidModules",
    `${what}${message}`,
    locateFrames(frames),
    frames.split("\n").slice(0, -1),
  );
}
