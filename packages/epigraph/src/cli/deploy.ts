import { bundleApp } from "../deploy/bundle.ts";
import { writeGenerated } from "../deploy/codegen/write-generated.ts";
import { findApp } from "../deploy/find-app.ts";
import { typecheck } from "../deploy/typecheck.ts";
import { findConnection, type Target } from "./connection.ts";
import { describeError } from "./error-printer.ts";
import type { CliIo } from "./io.ts";
import { makePaint, type Paint } from "./paint.ts";
import { pushRemotely, type RemotePushOutcome } from "./remote-push.ts";
import { formatReport } from "./report-printer.ts";
import { StatusLine } from "./status-line.ts";
import { CommandError } from "./usage-error.ts";

export interface DeployOptions {
  readonly target: Target;
  readonly typecheck: "off" | "warn" | "fail";
  readonly message: string | null;
  readonly isDryRun: boolean;
  readonly isJson: boolean;
}

/**
 * Pushes an app to a running deployment.
 * @returns the exit code: 1 when something is wrong with the app; the old code goes on then.
 * @throws CommandError when the deployment refuses it.
 */
export async function runDeploy(options: DeployOptions, io: CliIo): Promise<number> {
  const { target, message, isDryRun, isJson } = options;
  const startMs = io.elapsedMs();
  const connection = findConnection(target, io);
  const app = findApp(target.dir);
  const paint = makePaint(io.color);
  const status = new StatusLine(io);
  const say = (text: string): void => {
    if (!isJson) status.show(text);
  };
  try {
    say("Bundling");
    writeGenerated(app);
    const bundle = await bundleApp(app);
    for (const warning of isJson ? [] : bundle.warnings) status.print(`${paint("yellow", "⚠")} ${warning}\n`);
    say("Checking types");
    if (options.typecheck !== "off") await checkTypes(options, app, io, status);
    say("Pushing");
    const outcome = await pushRemotely(connection, app, bundle, {
      isDryRun,
      message,
      onProgress: say,
      signal: io.signal,
    });
    status.hide();
    if (isJson) io.stdout(`${JSON.stringify(outcome)}\n`);
    else io.stderr(formatOutcome(outcome, connection.url, io.elapsedMs() - startMs, paint));
    return 0;
  } catch (error) {
    status.hide();
    if (isJson || error instanceof CommandError || io.signal.aborted) throw error;
    io.stderr(describeError(error, app, paint));
    return 1;
  } finally {
    status.hide();
  }
}

async function checkTypes(
  { typecheck: mode, isJson }: DeployOptions,
  app: Parameters<typeof typecheck>[0],
  io: CliIo,
  status: StatusLine,
): Promise<void> {
  const outcome = await typecheck(app, { pretty: io.color, signal: io.signal });
  if (outcome.type === "skipped" && !isJson) status.print(`Types are not checked: ${outcome.reason}.\n`);
  if (outcome.type !== "failed") return;
  if (!isJson) status.print(`${outcome.output.trimEnd()}\n`);
  if (mode === "fail") {
    throw new CommandError(
      isJson
        ? outcome.output.trimEnd()
        : "Not pushed: types are wrong. --typecheck warn pushes in spite of it.",
    );
  }
}

function formatOutcome(outcome: RemotePushOutcome, url: string, durationMs: number, paint: Paint): string {
  if (outcome.type === "pushed")
    return `${formatReport(outcome.report, durationMs, paint)}Deployed to ${url}\n`;
  if (outcome.type === "unchanged") return `${paint("green", "✔")} ${url} runs exactly this already\n`;
  const { added, removed } = outcome.indexes;
  const changes = [...added.map((name) => `+ index ${name}`), ...removed.map((name) => `- index ${name}`)];
  return `It could be deployed to ${url}: ${changes.length === 0 ? "no index would change" : changes.join(", ")}\n`;
}
