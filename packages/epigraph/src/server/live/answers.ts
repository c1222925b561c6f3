import { hash } from "node:crypto";
import type { QueryOutcome, QueryResult } from "../../functions/queries/query-result.ts";
import type { ResultEvent } from "../../sync/stream/live-stream.ts";
import { outcomeJson } from "../api/function-answer.ts";
import type { ValueFormat } from "../format.ts";

/** Characters of base64: enough of a hash that no two results are taken for one. */
const ID_LENGTH = 24;
const LINE_END = /\r\n|\r|\n/g;

/** A result as text, made once for all who read it in the same format. */
export class Answer implements ResultEvent {
  readonly id: string;
  readonly json: string;
  readonly isSuccess: boolean;
  #text: Uint8Array | null = null;

  constructor(id: string, json: string, isSuccess: boolean) {
    this.id = id;
    this.json = json;
    this.isSuccess = isSuccess;
  }

  /** The whole event. Failures have a name of their own: `error` is that of broken connections in browsers. */
  get text(): Uint8Array {
    this.#text ??= Buffer.from(
      `id: ${this.id}\n${this.isSuccess ? "" : "event: failure\n"}data: ${this.json.replace(LINE_END, "\ndata: ")}\n\n`,
    );
    return this.#text;
  }
}

export class Answers {
  readonly #redactErrors: boolean;
  readonly #byFormat: Readonly<Record<ValueFormat, WeakMap<QueryOutcome, Answer>>> = {
    clean: new WeakMap(),
    encoded: new WeakMap(),
    export: new WeakMap(),
  };

  constructor(redactErrors: boolean) {
    this.#redactErrors = redactErrors;
  }

  /** @param outcome of the result, which may have let go of it. */
  of(result: QueryResult, outcome: QueryOutcome, format: ValueFormat): Answer {
    const answers = this.#byFormat[format];
    let answer = answers.get(outcome);
    if (answer === undefined) {
      answer = this.#make(outcome, result.logLines, format);
      answers.set(outcome, answer);
    }
    return answer;
  }

  #make(outcome: QueryOutcome, logLines: readonly string[], format: ValueFormat): Answer {
    const isSuccess = outcome.status === "success";
    const whole = isSuccess ? { ...outcome, logLines, ts: null } : { ...outcome, logLines };
    const textOf = (requestId: string): string => outcomeJson(whole, format, requestId, this.#redactErrors);
    // Each run has a request id of its own, and that makes no other failure of it.
    const comparable = textOf("");
    const id = hash("sha256", `${format}\n${comparable}`, "base64url").slice(0, ID_LENGTH);
    return new Answer(id, isSuccess ? comparable : textOf(outcome.requestId), isSuccess);
  }
}
