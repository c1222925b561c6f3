import type { QueryOutcome, QueryResult } from "../functions/queries/query-result.ts";
import { queryModification, resultText } from "./protocol/server-message.ts";

/** JSON texts of results, each made once for all sessions that show it. */
export class ResultTexts {
  readonly #redactErrors: boolean;
  readonly #texts = new WeakMap<QueryOutcome, string>();

  constructor(redactErrors: boolean) {
    this.#redactErrors = redactErrors;
  }

  // By the outcome, for a result may let go of that: its text must go with it.
  /** What a Transition says of a query. @param outcome of the result, which may have let go of it. */
  modification(queryId: number, result: QueryResult, outcome: QueryOutcome): string {
    let text = this.#texts.get(outcome);
    if (text === undefined) {
      text = resultText(outcome, result.logLines, result.trace.journal, this.#redactErrors);
      this.#texts.set(outcome, text);
    }
    return queryModification(queryId, outcome.status === "success", text);
  }
}
