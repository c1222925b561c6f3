import { type PushPlan, ROOT } from "../push-plan.ts";
import { difference } from "../push-report.ts";
import type { IndexDiffJson } from "./index-diff-json.ts";

/** The answer of `finish_push` for a push that has changed nothing, because it was a rehearsal. */
export const REHEARSED: object = {
  authDiff: { added: [], removed: [] },
  definitionDiffs: {},
  componentDiffs: {},
};

/** The answer of `finish_push`: what has changed. */
export function finishAnswer(
  { before, code, analysis, authProviders, schemaBefore, report }: PushPlan,
  indexDiff: IndexDiffJson,
): object {
  const paths = (modules: readonly { readonly path: string }[] | undefined): string[] =>
    (modules ?? []).map(({ path }) => path);
  return {
    authDiff: difference(providers(before?.authProviders), providers(authProviders)),
    definitionDiffs: { [ROOT]: {} },
    componentDiffs: {
      [ROOT]: {
        diffType: { type: "modify" },
        moduleDiff: difference(
          paths(before?.received ?? before?.modules),
          paths(code.received ?? code.modules),
        ),
        udfConfigDiff:
          before === null || before.udfServerVersion === code.udfServerVersion
            ? null
            : { previous_version: before.udfServerVersion, next_version: code.udfServerVersion },
        cronDiff: report.crons,
        indexDiff,
        schemaDiff: report.schemaChanged
          ? { previous_schema: schemaBefore, next_schema: analysis.schemaJson }
          : null,
      },
    },
  };
}

function providers(json: string | null | undefined): readonly string[] {
  return (JSON.parse(json ?? "[]") as readonly object[]).map((provider) => JSON.stringify(provider));
}
