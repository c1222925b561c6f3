import { mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { PushedCode } from "../deploy/analysis.ts";
import { type App, findApp } from "../deploy/find-app.ts";
import type { PushReport } from "../deploy/push-report.ts";
import { AppWatcher } from "../deploy/watch.ts";
import type { ExecutionEvent } from "../functions/execution-event.ts";
import { DEFAULT_PORT, DEFAULT_SITE_PORT, type DevOptions } from "./dev-options.ts";
import { writeEnvFile } from "./env-file.ts";
import { describeError } from "./error-printer.ts";
import { addToGitIgnore } from "./git-ignore.ts";
import type { CliIo } from "./io.ts";
import { formatEvent } from "./log-printer.ts";
import { makePaint, type Paint } from "./paint.ts";
import { AppPusher } from "./push-app.ts";
import { CommandError } from "./usage-error.ts";

/** A running deployment, as `dev` uses it. */
export interface DevDeployment {
  readonly apiUrl: string;
  readonly siteUrl: string;
  readonly adminKey: string;
  push(code: PushedCode): Promise<PushReport>;
  onEvent(listener: (event: ExecutionEvent) => void): void;
  close(): Promise<void>;
}

/** Starts the deployment of a data folder; rejects with `code` `PortInUse` or `StoreLocked` when it can't. */
export type StartDevDeployment = (options: {
  readonly dataFolder: string;
  readonly host: string;
  readonly port: number;
  readonly sitePort: number;
  readonly log: (line: string) => void;
}) => Promise<DevDeployment>;

const DATA_FOLDER = ".epigraph";

/**
 * Serves an app and pushes it whenever it is saved, until interrupted; with `once`, pushes and ends.
 * @returns the exit code.
 * @throws AppError or CommandError when it can't start.
 */
export async function runDev(options: DevOptions, io: CliIo, start: StartDevDeployment): Promise<number> {
  const startMs = io.elapsedMs();
  const paint = makePaint(io.color);
  const app = findApp(options.dir);
  const dataFolder = options.data ?? join(app.folder, DATA_FOLDER);
  const deployment = await startDeployment(options, dataFolder, io, start);
  const pusher = new AppPusher({
    io,
    paint,
    typecheck: options.typecheck,
    push: (code) => deployment.push(code),
  });
  try {
    deployment.onEvent((event) => {
      const text = formatEvent(event, io.now(), paint);
      if (text !== "") io.stderr(text);
    });
    writeSettings(app, dataFolder, options, deployment, io);
    if (options.once) {
      const { ok, types } = await pusher.push(app);
      await types;
      return ok ? 0 : 1;
    }
    await serve(app, options, { deployment, pusher, io, paint, startMs });
    return 0;
  } finally {
    pusher.close();
    await deployment.close();
  }
}

async function startDeployment(
  options: DevOptions,
  dataFolder: string,
  io: CliIo,
  start: StartDevDeployment,
): Promise<DevDeployment> {
  mkdirSync(dataFolder, { recursive: true });
  // A push that ends at once serves nobody: it must not fail for a port that another app has.
  const usual = options.once ? { port: 0, sitePort: 0 } : { port: DEFAULT_PORT, sitePort: DEFAULT_SITE_PORT };
  const port = options.port ?? usual.port;
  const sitePort = options.sitePort ?? usual.sitePort;
  try {
    return await start({
      dataFolder,
      host: options.host,
      port,
      sitePort,
      log: (line) => io.stderr(`${line}\n`),
    });
  } catch (error) {
    throw explainStart(error, { port, sitePort, dataFolder });
  }
}

function explainStart(
  error: unknown,
  {
    port,
    sitePort,
    dataFolder,
  }: { readonly port: number; readonly sitePort: number; readonly dataFolder: string },
): unknown {
  switch ((error as { readonly code?: unknown }).code) {
    case "PortInUse":
      return new CommandError(
        `Port ${port} or ${sitePort} is in use, perhaps by the dev command of another app: stop it, or choose others with --port and --site-port (0 takes any free one).`,
        { cause: error },
      );
    case "StoreLocked":
      return new CommandError(
        `The data folder ${dataFolder} is in use by another process, perhaps a dev command of this app in another terminal: stop it, or choose another folder with --data.`,
        { cause: error },
      );
    default:
      return error;
  }
}

function writeSettings(
  app: App,
  dataFolder: string,
  options: DevOptions,
  deployment: DevDeployment,
  io: CliIo,
): void {
  const { adminKey } = deployment;
  const notes = writeEnvFile(app, { ...addresses(options, deployment), adminKey });
  for (const note of notes) io.stderr(`${note}\n`);
  const inApp = dirname(dataFolder) === app.folder ? [`${basename(dataFolder)}/`] : [];
  addToGitIgnore(app.folder, [".env.local", ...inApp]);
}

/** Where the deployment will be found: after `--once` that is where the next `dev` serves it. */
function addresses(
  { once, host, port, sitePort }: DevOptions,
  { apiUrl, siteUrl }: DevDeployment,
): { readonly apiUrl: string; readonly siteUrl: string } {
  if (!once || port !== null || sitePort !== null) return { apiUrl, siteUrl };
  return { apiUrl: `http://${host}:${DEFAULT_PORT}`, siteUrl: `http://${host}:${DEFAULT_SITE_PORT}` };
}

interface Serving {
  readonly deployment: DevDeployment;
  readonly pusher: AppPusher;
  readonly io: CliIo;
  readonly paint: Paint;
  readonly startMs: number;
}

/** Pushes now and after each change, one push at a time, until the signal. */
async function serve(app: App, options: DevOptions, serving: Serving): Promise<void> {
  const { deployment, pusher, io, paint, startMs } = serving;
  let changed = Promise.withResolvers<void>();
  const watcher = new AppWatcher(app, () => changed.resolve());
  const interrupted = new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    else io.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  try {
    await untilInterrupted(io, interrupted, pushOnce(app, pusher, watcher));
    if (!io.signal.aborted) io.stderr(readyLine(deployment, io.elapsedMs() - startMs, paint));
    while (!io.signal.aborted) {
      await Promise.race([changed.promise, interrupted]);
      if (io.signal.aborted) break;
      changed = Promise.withResolvers<void>();
      watcher.refresh();
      await untilInterrupted(io, interrupted, pushChanged(options, serving, watcher));
    }
  } finally {
    watcher.close();
  }
}

async function pushOnce(app: App, pusher: AppPusher, watcher: AppWatcher): Promise<void> {
  const { inputs } = await pusher.push(app);
  watcher.refresh(inputs);
}

/** Settings may have changed too: the app is found again. */
async function pushChanged(
  { dir }: DevOptions,
  { pusher, io, paint }: Serving,
  watcher: AppWatcher,
): Promise<void> {
  let app: App;
  try {
    app = findApp(dir);
  } catch (error) {
    io.stderr(describeError(error, watcher.app, paint));
    return;
  }
  await pushOnce(app, pusher, watcher);
}

/** Ctrl-C does not wait for a push: until its last transaction it has changed nothing. */
async function untilInterrupted(io: CliIo, interrupted: Promise<void>, work: Promise<void>): Promise<void> {
  await Promise.race([work, interrupted]);
  if (io.signal.aborted) work.catch(() => {});
}

function readyLine({ apiUrl, siteUrl }: DevDeployment, durationMs: number, paint: Paint): string {
  const urls = `functions at ${paint("bold", apiUrl)}, HTTP actions at ${paint("bold", siteUrl)}`;
  return `${paint("green", "ready")} in ${Math.round(durationMs)} ms: ${urls}\n`;
}
