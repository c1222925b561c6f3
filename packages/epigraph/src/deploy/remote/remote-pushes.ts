import { isDeepStrictEqual } from "node:util";
import type { Database } from "../../database/database.ts";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import { utf8Length } from "../../values/utf8.ts";
import type { PushComparison } from "../compare-pushes.ts";
import type { Pusher } from "../push.ts";
import type { PushRecord } from "../push-history.ts";
import { type PushAuthor, type PushPlan, ROOT } from "../push-plan.ts";
import type { PushReport } from "../push-report.ts";
import { StartedPush } from "../started-push.ts";
import { evaluateSchema } from "./evaluate-schema.ts";
import { finishAnswer, REHEARSED } from "./finish-answer.ts";
import type { IndexDiffJson } from "./index-diff-json.ts";
import type { NodePackages } from "./node-packages.ts";
import { toPushError } from "./push-errors.ts";
import type { PushRequest } from "./push-request.ts";
import { toPushedCode } from "./received-code.ts";
import { receiveModules } from "./received-modules.ts";
import { type SchemaChangeJson, schemaChangeJson, startAnswer } from "./start-answer.ts";

export interface RemotePushesOptions {
  readonly database: Database;
  readonly pusher: Pusher;
  readonly packages: NodePackages;
  /** A name for a push that nobody can guess. */
  readonly newId: () => string;
  /** Any clock that runs evenly. */
  readonly elapsedMs: () => number;
  /** A push has left something in the database, or made something obsolete. */
  readonly onChange: () => void;
}

/** How long a push may go without a word from its client, which checks types meanwhile. */
const PATIENCE_MS = 10 * 60_000;
/** Each holds its code; all but the latest have lost their schema, where it was another one. */
const MAX_HELD = 4;
const MAX_MESSAGE_BYTES = 1024;

interface HeldPush {
  readonly started: StartedPush;
  readonly schemaChange: SchemaChangeJson;
  usedMs: number;
}

/** The pushes of clients elsewhere: between two requests of one they are kept here, under the id that it brings back. */
export class RemotePushes {
  readonly #options: RemotePushesOptions;
  readonly #held = new Map<string, HeldPush>();

  constructor(options: RemotePushesOptions) {
    this.#options = options;
  }

  /** What the official CLI may leave out of its next push. Nothing of code that was bundled here, which it never sent. */
  configHashes(): object {
    return this.#options.database.read(({ catalogue }) => {
      const push = catalogue.activePush(ROOT);
      const moduleHashes = push?.received?.map(({ path, sha256, environment }) => ({
        path,
        hash: sha256,
        environment,
      }));
      return {
        config: { functions: "convex/" },
        moduleHashes: moduleHashes ?? [],
        udfServerVersion: push?.udfServerVersion ?? null,
      };
    });
  }

  /** Whether a function of the active code runs in Node. @param path canonical. */
  readonly isNode = (path: string): boolean =>
    this.#options.database.read(({ catalogue }) => {
      const module = path.slice(0, path.lastIndexOf(":"));
      const modules = catalogue.activePush(ROOT)?.modules ?? [];
      return modules.some((candidate) => candidate.path === module && candidate.environment === "node");
    });

  /** What a push would do to schemas. Without effect. @throws what is wrong with the app. */
  async evaluate(request: PushRequest): Promise<object> {
    return { schemaChange: schemaChangeJson(await this.#plan(request), null, null) };
  }

  /** What a push would have to check and to fill. Without effect. @throws what is wrong with the app. */
  async evaluateSchema(request: PushRequest): Promise<object> {
    return evaluateSchema(this.#options.database, await this.#plan(request));
  }

  /** Begins a push. @throws what is wrong with the app. */
  async start(request: PushRequest): Promise<object> {
    const { pusher, newId, onChange } = this.#options;
    const plan = await this.#plan(request);
    const started = request.isDryRun ? StartedPush.rehearse(plan) : await pusher.start(plan);
    const pushId = newId();
    const schemaChange = schemaChangeJson(plan, started.schemaId, pushId);
    this.#hold(pushId, { started, schemaChange, usedMs: this.#options.elapsedMs() });
    onChange();
    return startAnswer(plan, schemaChange);
  }

  /**
   * How far the preparation of a push has come.
   * @param schemaChange as `start` gave it.
   * @param signal ends waiting for its end.
   */
  async waitForSchema(schemaChange: unknown, signal: AbortSignal): Promise<object> {
    const held = this.#find(schemaChange);
    const preparation = await held.started.prepared(signal);
    held.usedMs = this.#options.elapsedMs();
    switch (preparation?.type) {
      case "complete":
        return { type: "complete" };
      case "overwritten":
        return { type: "raceDetected" };
      case "failed":
        return {
          type: "failed",
          error: preparation.error,
          componentPath: ROOT,
          tableName: preparation.tableName,
        };
      default: {
        const { isSchemaChecked, indexesFilled, indexesTotal } = held.started.progress;
        return {
          type: "inProgress",
          components: {
            [ROOT]: {
              schemaValidationComplete: isSchemaChecked,
              indexesComplete: indexesFilled,
              indexesTotal,
            },
          },
        };
      }
    }
  }

  /**
   * Makes a push the one that runs.
   * @param schemaChange as `start` gave it; what else comes back is not looked at.
   * @throws EpigraphError when it lost against another one, or what it was made for has changed.
   * @returns what has changed, null for a rehearsal, and the answer for the client.
   */
  async finish(
    schemaChange: unknown,
    { isDryRun, ...author }: PushAuthor & { readonly isDryRun: boolean },
  ): Promise<{ readonly report: PushReport | null; readonly answer: object }> {
    const { message } = author;
    if (message !== null && utf8Length(message) > MAX_MESSAGE_BYTES) {
      throw new EpigraphError(
        "PushMessageTooLong",
        `The message of a push may have ${MAX_MESSAGE_BYTES} bytes, this one has ${utf8Length(message)}`,
      );
    }
    const held = this.#find(schemaChange);
    const { started } = held;
    this.#forget(held.schemaChange.pushId as string);
    if (started.isRehearsal || isDryRun) return { report: null, answer: REHEARSED };
    const { pusher, onChange } = this.#options;
    try {
      await pusher.finish(started, author);
    } catch (error) {
      throw toPushError(error);
    } finally {
      onChange();
    }
    const { plan } = started;
    const answer = finishAnswer(plan, held.schemaChange.indexDiffs[ROOT] as IndexDiffJson);
    return { report: plan.report, answer };
  }

  /** The pushes that can be activated again, the newest first. */
  history(): readonly PushRecord[] {
    return this.#options.pusher.history();
  }

  /** What going from one push of the history to another would change. @throws EpigraphError `PushNotFound` */
  compare(from: string, to: string): PushComparison {
    return this.#options.pusher.compare(from, to);
  }

  /** The code of a module of a push, as it runs; null for none of that path. @throws EpigraphError `PushNotFound` */
  moduleSource(id: string, path: string): string | null {
    return this.#options.pusher.moduleSource(id, path);
  }

  /**
   * Activates an earlier push again.
   * @param id of the history; null: the one before the one that runs.
   * @param name of whoever does it.
   * @throws EpigraphError `PushNotFound`, or why that code can't run any more.
   */
  async rollBack(
    id: string | null,
    name: string,
  ): Promise<{ readonly id: string; readonly report: PushReport }> {
    const { pusher, onChange } = this.#options;
    const history = pusher.history();
    const active = history.findIndex(({ isActive }) => isActive);
    const target = id ?? history[active + 1]?.id;
    if (target === undefined || active === -1) {
      throw new EpigraphError("PushNotFound", "There is no earlier push that could be activated again");
    }
    try {
      const report = await pusher.rollBack(target, { name, message: `Roll-back to ${target}` });
      return { id: target, report };
    } catch (error) {
      throw toPushError(error);
    } finally {
      onChange();
    }
  }

  /** Lets go of pushes whose clients have gone. @returns whether others are left. */
  forgetExpired(): boolean {
    const now = this.#options.elapsedMs();
    for (const [id, { usedMs }] of this.#held) if (now - usedMs >= PATIENCE_MS) this.#forget(id);
    return this.#held.size > 0;
  }

  async #plan(request: PushRequest): Promise<PushPlan> {
    const { database, packages, pusher } = this.#options;
    checkNodeVersion(request.nodeVersion);
    const modules = receiveModules(database, request);
    try {
      const needsNode = modules.some(({ environment }) => environment === "node");
      const installed = needsNode ? await packages.install(request.nodeDependencies) : null;
      return await pusher.plan(await toPushedCode(request, modules, installed));
    } catch (error) {
      throw toPushError(error);
    }
  }

  #hold(id: string, push: HeldPush): void {
    this.forgetExpired();
    for (const oldest of this.#held.keys()) {
      if (this.#held.size < MAX_HELD) break;
      this.#forget(oldest);
    }
    this.#held.set(id, push);
  }

  #forget(id: string): void {
    const push = this.#held.get(id);
    if (push === undefined) return;
    this.#held.delete(id);
    this.#options.pusher.forget(push.started);
  }

  /** @throws EpigraphError `RaceDetected`, after which clients push again. */
  #find(schemaChange: unknown): HeldPush {
    const id = (schemaChange as { readonly pushId?: unknown } | null)?.pushId;
    const held = typeof id === "string" ? this.#held.get(id) : undefined;
    if (held !== undefined && isDeepStrictEqual(schemaChange, held.schemaChange)) {
      held.usedMs = this.#options.elapsedMs();
      return held;
    }
    throw new EpigraphError(
      "RaceDetected",
      "The deployment does not know this push: it has ended, took too long, or the server was started again. Push again.",
    );
  }
}

function checkNodeVersion(version: string | null): void {
  if (version !== "18") return;
  throw new EpigraphError(
    "NodeVersionNotSupported",
    `Node.js ${version} is not supported: remove "nodeVersion" from convex.json, or name a newer one.`,
  );
}
