import type { Catalogue } from "../../database/catalogue/catalogue.ts";
import type { CatalogueCache } from "../../database/catalogue/catalogue-cache.ts";
import type { Snapshot, SnapshotSource } from "../../store/store.ts";
import { DEFAULT_NODE_LIMITS, type NodeLimits } from "../node/node-limits.ts";
import { ActionRunner } from "./action-runner.ts";
import { ANALYSIS_LIMIT_MS, analysePush } from "./analyse-modules.ts";
import { CallRecorder } from "./call-recorder.ts";
import { CallTree } from "./call-tree.ts";
import type { Access } from "./check-call.ts";
import { type Claims, unclaimed } from "./claims.ts";
import { CodeCache } from "./code-cache.ts";
import { describeFault, toCallEnd } from "./ends.ts";
import { ActionUsage, NO_USAGE, TransactionUsage } from "./execution-usage.ts";
import { HttpRuns } from "./http-runs.ts";
import { LogLines } from "./log-lines.ts";
import type {
  AnalyseMessage,
  AnalysisOutcome,
  CallMessage,
  CallReport,
  CommittedAnswer,
  ExplainedExecution,
  FromRunner,
  HttpMessage,
  TestQueryMessage,
  ToRunner,
} from "./messages.ts";
import { NewestSnapshot } from "./newest-snapshot.ts";
import { QueryTracer } from "./query-trace.ts";
import { type Slices, unwatched } from "./slices.ts";
import { withTestQuery } from "./test-code.ts";
import { DEFAULT_TIME_LIMITS, type TimeLimits } from "./time-limits.ts";
import { type Explain, newExplainer } from "./transaction-explainer.ts";
import type { TransactionRunnerParts } from "./transaction-parts.ts";
import { TransactionRunner } from "./transaction-runner.ts";

export interface RunnerParts
  extends Omit<
    TransactionRunnerParts,
    "codes" | "catalogues" | "builtIn" | "newest" | "slices" | "timeLimits"
  > {
  readonly snapshots: SnapshotSource;
  readonly catalogues: CatalogueCache;
  readonly send: (message: FromRunner) => void;
  /** Whether to tell what each transaction did; not unless told. */
  readonly explain?: boolean;
  /** Of Node processes; the platform's unless told. */
  readonly node?: NodeLimits;
  /** `DEFAULT_TIME_LIMITS` unless told. */
  readonly timeLimits?: TimeLimits;
  /** Largest body that an HTTP action answers with; `MAX_RESPONSE_BYTES` unless told. */
  readonly maxResponseBytes?: number;
  readonly slices?: Slices;
  readonly claims?: Claims;
}

/**
 * Runs the functions of one deployment, against its own snapshots, in realms of its own. A process of its own is one
 * way to host it, the caller's thread another: it knows only messages and what it was given.
 */
export class Runner {
  readonly #parts: RunnerParts;
  readonly #send: (message: FromRunner) => void;
  readonly #slices: Slices;
  readonly #claims: Claims;
  readonly #codes = new CodeCache();
  readonly #common: TransactionRunnerParts;
  readonly #newest: NewestSnapshot;
  readonly #transactions: TransactionRunner;
  readonly #actions: ActionRunner;
  readonly #http: HttpRuns;
  #tellsCalls = false;
  #builtIn: Readonly<Record<string, string>> = { CONVEX_CLOUD_URL: "", CONVEX_SITE_URL: "" };

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#send = parts.send;
    this.#slices = parts.slices ?? unwatched;
    this.#claims = parts.claims ?? unclaimed;
    this.#newest = new NewestSnapshot(parts.snapshots);
    this.#common = {
      ...parts,
      codes: this.#codes,
      newest: this.#newest,
      builtIn: () => this.#builtIn,
      slices: this.#slices,
      timeLimits: parts.timeLimits ?? DEFAULT_TIME_LIMITS,
    };
    this.#transactions = new TransactionRunner(this.#common);
    this.#actions = new ActionRunner({
      ...this.#common,
      transactions: this.#transactions,
      node: parts.node ?? DEFAULT_NODE_LIMITS,
      reportFault: (error) => this.#report(error),
    });
    this.#http = new HttpRuns({
      actions: this.#actions,
      send: parts.send,
      maxResponseBytes: parts.maxResponseBytes,
    });
  }

  receive(message: ToRunner): void {
    this.#newest.renew();
    switch (message.type) {
      case "call":
        if (this.#claims.claim(message.job)) void this.#call(message);
        return;
      case "testQuery":
        if (this.#claims.claim(message.job)) void this.#testQuery(message);
        return;
      case "http":
        if (this.#claims.claim(message.job)) void this.#runHttp(message);
        return;
      case "analyse":
        if (this.#claims.claim(message.job)) void this.#analyse(message);
        return;
      case "bodyChunk":
      case "bodyEnd":
      case "bodyError":
      case "responseTaken":
      case "disconnect":
        this.#http.receive(message);
        return;
      case "builtIn":
        this.#builtIn = message.variables;
        return;
      case "tellCalls":
        this.#tellsCalls = message.isOn;
    }
  }

  /** Collects the garbage of realms at rest. */
  collect(): void {
    this.#actions.collect();
    this.#transactions.collect();
  }

  /** Ends whatever runs. */
  dispose(): void {
    this.#newest.renew();
    this.#actions.dispose();
    this.#transactions.dispose();
  }

  async #call(message: CallMessage): Promise<void> {
    const { job } = message;
    const startMs = this.#parts.effects.elapsedMs();
    try {
      const kind = this.#kindOf(message);
      if (kind === "action") await this.#callAction(message, startMs);
      else await this.#callTransaction(message, kind, startMs);
    } catch (error) {
      const kind = message.kind ?? "query";
      const report = { kind, lines: [], durationMs: this.#durationMs(startMs), usage: NO_USAGE };
      this.#send({ type: "result", job, end: { type: "fault", ...describeFault(error) }, report });
    }
  }

  /** A function that is nowhere counts as a query: whatever it is run as, the answer is that it can't be found. */
  #kindOf({ kind, path }: CallMessage): CallReport["kind"] {
    if (kind !== null) return kind;
    const snapshot = this.#newest.get();
    const catalogue = this.#parts.catalogues.get(snapshot);
    switch (this.#codes.get(snapshot, catalogue)?.functions.get(path)?.type) {
      case "Mutation":
        return "mutation";
      case "Action":
        return "action";
      default:
        return "query";
    }
  }

  async #analyse(message: AnalyseMessage): Promise<void> {
    const { job } = message;
    const { effects, node = DEFAULT_NODE_LIMITS } = this.#parts;
    let outcome: Promise<AnalysisOutcome>;
    this.#slices.begin(job, ANALYSIS_LIMIT_MS);
    try {
      outcome = analysePush(message, node, effects);
    } finally {
      this.#slices.end();
    }
    this.#send({ type: "analysis", job, outcome: await outcome });
  }

  /** In realms of its own, which nobody uses again. */
  async #testQuery({ modules, ...call }: TestQueryMessage): Promise<void> {
    const codes = {
      get: (snapshot: Snapshot, catalogue: Catalogue) =>
        withTestQuery(this.#codes.get(snapshot, catalogue), call.path, modules),
    };
    const transactions = new TransactionRunner({ ...this.#common, codes });
    try {
      const message = { ...call, type: "call" } as const;
      await this.#callTransaction(message, "query", this.#parts.effects.elapsedMs(), transactions);
    } finally {
      transactions.dispose();
    }
  }

  async #callTransaction(
    message: CallMessage,
    kind: "query" | "mutation",
    startMs: number,
    transactions: TransactionRunner = this.#transactions,
  ): Promise<void> {
    const { job, path, argsJson, caller, request, at, once } = message;
    const logs = new LogLines(this.#parts.effects.nowMs);
    const usage = new TransactionUsage(this.#callTree());
    const explainer = newExplainer(this.#explain(message, kind), this.#parts.effects);
    const tracer = message.trace === null ? null : new QueryTracer(message.trace);
    const report = (): CallReport => ({
      kind,
      lines: logs.all,
      durationMs: this.#durationMs(startMs),
      usage: usage.total,
    });
    try {
      const { result, ts, end } = await transactions.run({
        job,
        path,
        kind,
        argsJson,
        access: accessOf(message),
        isNested: false,
        caller,
        request,
        at,
        logs,
        usage,
        explainer,
        once: kind === "mutation" ? once : null,
        tracer,
        notice: (result) => {
          const answer: CommittedAnswer = { ...result, ...report() };
          return { job, answer: JSON.stringify(answer) };
        },
      });
      // Of what is committed the committer has told main already, which is sooner.
      if (end === "committed") return;
      if (tracer !== null) this.#send({ type: "traced", job, trace: tracer.toTrace() });
      this.#send({ type: "result", job, end: toCallEnd(result, ts, end === "ran"), report: report() });
    } catch (error) {
      this.#send({ type: "result", job, end: { type: "fault", ...describeFault(error) }, report: report() });
    } finally {
      explainer?.end();
    }
  }

  async #callAction(message: CallMessage, startMs: number): Promise<void> {
    const { job, path, argsJson, caller, request } = message;
    const logs = this.#actionLogs(job, startMs);
    const usage = new ActionUsage(this.#callTree());
    const result = await this.#actions.run({
      job,
      path,
      argsJson,
      caller,
      request,
      access: accessOf(message),
      logs,
      usage,
      explain: this.#explain(message, "action"),
      recorder: null,
    });
    this.#send({
      type: "result",
      job,
      end: toCallEnd(result, null, true),
      report: {
        kind: "action",
        lines: logs.all,
        durationMs: this.#durationMs(startMs),
        usage: usage.total,
      },
    });
  }

  async #runHttp(message: HttpMessage): Promise<void> {
    const { job } = message;
    const startMs = this.#parts.effects.elapsedMs();
    const usage = new ActionUsage(this.#callTree());
    const recorder = message.isRecorded ? new CallRecorder(this.#parts.effects.elapsedMs) : null;
    const end = await this.#http.run(message, {
      logs: this.#actionLogs(job, startMs),
      usage,
      explain: this.#explain(message, "httpAction"),
      recorder,
    });
    const record = recorder?.toRecord() ?? null;
    if (record !== null) this.#send({ type: "recorded", job, record });
    const report = { durationMs: this.#durationMs(startMs), usage: usage.total };
    this.#send({ type: "httpEnd", job, end, report });
  }

  #actionLogs(job: number, startMs: number): LogLines {
    return new LogLines(this.#parts.effects.nowMs, (line) =>
      this.#send({ type: "line", job, line, elapsedMs: this.#durationMs(startMs) }),
    );
  }

  #explain(message: CallMessage | HttpMessage, kind: ExplainedExecution["kind"]): Explain {
    if (this.#parts.explain !== true) return null;
    const { requestId } = message.request;
    const identifier = message.type === "call" ? message.path : routeOf(message);
    const execution: ExplainedExecution = { identifier, kind, requestId };
    return (explanation) => this.#send({ type: "explained", execution, explanation });
  }

  #callTree(): CallTree | null {
    return this.#tellsCalls ? new CallTree(this.#parts.effects.elapsedMs) : null;
  }

  #durationMs(startMs: number): number {
    return this.#parts.effects.elapsedMs() - startMs;
  }

  #report(error: unknown): void {
    this.#send({ type: "report", message: describeFault(error).message });
  }
}

/** `POST /postMessage` */
function routeOf({ headJson, routedPath }: HttpMessage): string {
  const [, method] = JSON.parse(headJson) as [url: string, method: string];
  return `${method === "HEAD" ? "GET" : method} ${routedPath}`;
}

function accessOf({ kind, caller }: CallMessage): Access {
  const isAdmin = caller.type === "admin";
  return { internal: isAdmin, byName: kind === null, rights: isAdmin ? caller.rights : null };
}
