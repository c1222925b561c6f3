import { DatabaseError } from "../database/database-error.ts";
import { SchemaFailedError } from "../database/schema/schema-failed-error.ts";
import type { SchemaProgress, SchemaProgressListener } from "../database/schema/schema-progress.ts";
import type { PushPlan } from "./push-plan.ts";

/** What has become of the schema of a push. */
export type Preparation =
  | { readonly type: "complete" }
  | { readonly type: "failed"; readonly error: string; readonly tableName: string | null }
  /** Another push has submitted another schema. */
  | { readonly type: "overwritten" };

/** How far it has come. */
export interface PreparationProgress {
  readonly isSchemaChecked: boolean;
  readonly indexesFilled: number;
  readonly indexesTotal: number;
}

const COMPLETE: Preparation = { type: "complete" };

/**
 * A push between its start and its activation:
 *
 *     started -> complete -> activated (by the `Pusher`)
 *         \-> failed, overwritten
 *
 * Its schema is pending meanwhile, which every write is checked against, and its indexes are being filled; nothing that
 * runs notices. Of a rehearsal nothing is written at all. Whoever forgets it leaves its schema to `abandonUnfinished`.
 */
export class StartedPush {
  readonly plan: PushPlan;
  readonly isRehearsal: boolean;
  /** Document of the pending schema; null when there is none, or none was written. */
  readonly schemaId: string | null;
  readonly #listeners = new Set<SchemaProgressListener>();
  readonly #filled = new Set<string>();
  readonly #toFill: number;
  readonly #preparation: Promise<Preparation>;
  #isSchemaChecked = false;
  #isSettled = false;

  private constructor(plan: PushPlan, schemaId: string | null, isRehearsal: boolean) {
    this.plan = plan;
    this.schemaId = schemaId;
    this.isRehearsal = isRehearsal;
    const { added } = plan.schemaChange.indexDiff();
    this.#toFill = isRehearsal ? 0 : added.filter(({ staged }) => !staged).length;
    this.#preparation = this.#prepare();
    // Whoever waits is told.
    this.#preparation.catch(() => {});
  }

  /** Writes the schema down as pending and begins with what may take long. */
  static async start(plan: PushPlan): Promise<StartedPush> {
    return new StartedPush(plan, await plan.schemaChange.submit(), false);
  }

  /** Looks whether it would go well, and writes nothing. */
  static rehearse(plan: PushPlan): StartedPush {
    return new StartedPush(plan, null, true);
  }

  get progress(): PreparationProgress {
    const indexesTotal = this.#toFill;
    return {
      isSchemaChecked: this.#isSchemaChecked || this.#isSettled,
      indexesFilled: this.#isSettled ? indexesTotal : Math.min(this.#filled.size, indexesTotal),
      indexesTotal,
    };
  }

  /** Hears how far it comes from now on. @returns ends that. */
  onProgress(listener: SchemaProgressListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Waits for documents to be checked and indexes to be filled.
   * @param signal gives up waiting: null then. What has begun goes on.
   * @throws what keeps the server from doing it.
   */
  async prepared(signal?: AbortSignal): Promise<Preparation | null> {
    // A document that was written after the check of those that existed can fail the schema at any time.
    const early = this.#standing();
    if (early !== null) return early;
    const outcome = await (signal === undefined ? this.#preparation : orAborted(this.#preparation, signal));
    return this.#standing() ?? outcome;
  }

  async #prepare(): Promise<Preparation> {
    const { schemaChange } = this.plan;
    const tell = (progress: SchemaProgress): void => this.#tell(progress);
    try {
      await (this.isRehearsal ? schemaChange.rehearse(tell) : schemaChange.prepare(tell));
      return COMPLETE;
    } catch (error) {
      if (error instanceof SchemaFailedError) return failed(error);
      if (error instanceof DatabaseError && error.code === "SchemaAlreadyOverwritten") {
        return { type: "overwritten" };
      }
      throw error;
    } finally {
      this.#isSettled = true;
    }
  }

  #tell(progress: SchemaProgress): void {
    if (progress.step === "fillingIndex") {
      this.#isSchemaChecked = true;
      if (progress.share === 1) this.#filled.add(`${progress.table}.${progress.index}`);
    }
    for (const listener of this.#listeners) listener(progress);
  }

  /** Null while nothing speaks against it. */
  #standing(): Preparation | null {
    if (this.isRehearsal) return null;
    const standing = this.plan.schemaChange.standing();
    if (standing.state === "failed") return failed(standing.error);
    return standing.state === "overwritten" ? { type: "overwritten" } : null;
  }
}

function failed({ message, tableName }: SchemaFailedError): Preparation {
  return { type: "failed", error: message, tableName };
}

async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  if (signal.aborted) return null;
  const { promise: aborted, resolve } = Promise.withResolvers<null>();
  const giveUp = (): void => resolve(null);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
