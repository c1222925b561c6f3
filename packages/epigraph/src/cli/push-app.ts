import type { SchemaProgressListener } from "../database/schema/schema-progress.ts";
import type { PushedCode } from "../deploy/analysis.ts";
import { type AppBundle, bundleApp } from "../deploy/bundle.ts";
import { writeGenerated } from "../deploy/codegen/write-generated.ts";
import type { App } from "../deploy/find-app.ts";
import { prepareModules } from "../deploy/prepare-modules.ts";
import type { PushReport } from "../deploy/push-report.ts";
import { type TypecheckOutcome, typecheck } from "../deploy/typecheck.ts";
import type { DevOptions } from "./dev-options.ts";
import { describeError } from "./error-printer.ts";
import type { CliIo } from "./io.ts";
import type { Paint } from "./paint.ts";
import { PushProgress } from "./push-progress.ts";
import { formatReport } from "./report-printer.ts";
import type { StatusLine } from "./status-line.ts";

export interface AppPusherOptions {
  readonly io: CliIo;
  readonly paint: Paint;
  readonly typecheck: DevOptions["typecheck"];
  /** Shows how far a push has come that takes long. */
  readonly status: StatusLine;
  readonly push: (code: PushedCode, onProgress: SchemaProgressListener) => Promise<PushReport>;
}

export interface PushOutcome {
  readonly ok: boolean;
  /** Absolute paths of files the code was made from, as far as they are known. */
  readonly inputs: readonly string[];
  /** Settles when types have been checked that nobody has to wait for. */
  readonly types: Promise<unknown>;
}

/** Takes an app from its files to running code, and prints what happened. */
export class AppPusher {
  readonly #options: AppPusherOptions;
  #inputs: readonly string[] = [];
  /** Hashes of what runs; a save that changes no code is not worth a line. */
  #running: string | null = null;
  readonly #warned = new Set<string>();
  #skippedTypecheck: string | null = null;
  #typecheck: AbortController | null = null;
  #closed = false;
  #hasFailed = false;

  constructor(options: AppPusherOptions) {
    this.#options = options;
  }

  /** Never rejects for what is wrong with the app: that is printed, and the old code goes on. */
  async push(app: App): Promise<PushOutcome> {
    const { io, paint } = this.#options;
    const startMs = io.elapsedMs();
    this.#hasFailed = false;
    // Types that were being checked are those of files that changed.
    this.#typecheck?.abort();
    try {
      writeGenerated(app);
      const bundle = await bundleApp(app);
      this.#inputs = bundle.inputs;
      this.#warn(bundle.warnings);
      if (this.#options.typecheck === "fail" && !(await this.#checkTypes(app))) {
        io.stderr(`${paint("red", "✘")} Not pushed: types are wrong, and --typecheck=fail was asked for.\n`);
        return this.#fail();
      }
      await this.#activate(bundle, startMs);
    } catch (error) {
      // What fails because everything is being stopped says nothing of the app.
      if (!this.#closed) io.stderr(describeError(error, app, paint));
      return this.#fail();
    }
    const types =
      this.#options.typecheck === "warn" && !this.#closed ? this.#checkTypes(app) : Promise.resolve();
    return { ok: true, inputs: this.#inputs, types };
  }

  /** Whether what runs is not what the files are. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Stops what is still going on. */
  close(): void {
    this.#closed = true;
    this.#options.status.hide();
    this.#typecheck?.abort();
  }

  #fail(): PushOutcome {
    // Going back to what runs is worth a line after a failure.
    this.#running = null;
    this.#hasFailed = true;
    return { ok: false, inputs: this.#inputs, types: Promise.resolve() };
  }

  async #activate(bundle: AppBundle, startMs: number): Promise<void> {
    const { io, paint, push, status } = this.#options;
    const code = await prepareModules(bundle);
    const identity = [...code.modules, code.sdk, code.schema, code.definition, code.authConfig]
      .map((module) => module?.hash)
      .join();
    if (identity === this.#running) return;
    const progress = new PushProgress(io, status, startMs);
    let report: PushReport;
    try {
      report = await push(code, (step) => {
        if (!this.#closed) progress.show(step);
      });
    } finally {
      status.hide();
    }
    this.#running = identity;
    io.stderr(formatReport(report, io.elapsedMs() - startMs, paint));
  }

  /** Prints what the compiler says; true when there is nothing to object, or nothing can be said. */
  async #checkTypes(app: App): Promise<boolean> {
    const { io } = this.#options;
    const controller = new AbortController();
    this.#typecheck = controller;
    let outcome: TypecheckOutcome;
    try {
      outcome = await typecheck(app, { pretty: io.color, signal: controller.signal });
    } catch (error) {
      if (!controller.signal.aborted) io.stderr(`Types can't be checked: ${(error as Error).message}\n`);
      return true;
    }
    if (outcome.type === "skipped") this.#printSkipped(outcome.reason);
    if (outcome.type === "failed" && !controller.signal.aborted) io.stderr(`${outcome.output.trimEnd()}\n`);
    return outcome.type !== "failed";
  }

  /** Once each: what is so at one save is so at the next. */
  #warn(warnings: readonly string[]): void {
    const { io, paint } = this.#options;
    for (const warning of warnings) {
      if (this.#warned.has(warning)) continue;
      this.#warned.add(warning);
      io.stderr(`${paint("yellow", "⚠")} ${warning}\n`);
    }
  }

  #printSkipped(reason: string): void {
    if (this.#skippedTypecheck === reason) return;
    this.#skippedTypecheck = reason;
    this.#options.io.stderr(`Types are not checked: ${reason}.\n`);
  }
}
