import { isAbsolute, relative } from "node:path";
import { type App, findApp, toPosix } from "../deploy/find-app.ts";
import { AppWatcher } from "../deploy/watch.ts";
import { collectWhenIdle } from "../engine/collect-when-idle.ts";
import { limitOldSpace, limitYoungSpace } from "../engine/heap-limits.ts";
import { dataFolderOf } from "./data-folder.ts";
import type { DevOptions } from "./dev-options.ts";
import { writeEnvFile } from "./env-file.ts";
import { describeError } from "./error-printer.ts";
import { eventPrinter } from "./event-printer.ts";
import { addToGitIgnore } from "./git-ignore.ts";
import type { CliIo } from "./io.ts";
import { makePaint, type Paint } from "./paint.ts";
import { AppPusher } from "./push-app.ts";
import {
  DEFAULT_PORTS,
  describeAddresses,
  type ServedDeployment,
  type StartDeployment,
  startDeployment,
} from "./start-deployment.ts";
import { StatusLine } from "./status-line.ts";

/**
 * Serves an app and pushes it whenever it is saved, until interrupted; with `once`, pushes and ends.
 * @returns the exit code.
 * @throws AppError or CommandError when it can't start.
 */
export async function runDev(options: DevOptions, io: CliIo, start: StartDeployment): Promise<number> {
  const startMs = io.elapsedMs();
  limitYoungSpace();
  limitOldSpace();
  collectWhenIdle();
  const paint = makePaint(io.color);
  const app = findApp(options.dir);
  const { settings, once } = options;
  const dataFolder = settings.data ?? dataFolderOf(app.folder);
  // A push that ends at once serves nobody: it must not fail for a port that another app has.
  const usualPorts = once ? { port: 0, sitePort: 0 } : DEFAULT_PORTS;
  // Who only pushes would begin what the next process finds interrupted.
  const jobs = { isOn: !once, runsCrons: false };
  const deployment = await startDeployment(
    { settings, dataFolder, usualPorts, jobs, recordRequests: once ? 0 : 1 },
    io,
    start,
  );
  const status = new StatusLine(io);
  const pusher = new AppPusher({
    io,
    paint,
    typecheck: options.typecheck,
    status,
    push: (code, onProgress) => deployment.push(code, onProgress),
  });
  try {
    deployment.onEvent(eventPrinter(settings, io, status, paint));
    writeSettings(app, dataFolder, options, deployment, io);
    if (once) {
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

function writeSettings(
  app: App,
  dataFolder: string,
  options: DevOptions,
  deployment: ServedDeployment,
  io: CliIo,
): void {
  const { adminKey } = deployment;
  const notes = writeEnvFile(app, { ...addresses(options, deployment), adminKey });
  for (const note of notes) io.stderr(`${note}\n`);
  const path = toPosix(relative(app.folder, dataFolder));
  const isInApp = path !== "" && !path.startsWith("..") && !isAbsolute(path);
  addToGitIgnore(app.folder, [".env.local", ...(isInApp ? [`${path}/`] : [])]);
}

/**
 * Where the deployment will be found: after `--once` that is where the next `dev` serves it. Tools and the app's own
 * build are on this machine, and so is the API for them; what HTTP actions are called with is for everybody.
 */
function addresses(
  { once, settings: { port, sitePort, cloudOrigin, siteOrigin } }: DevOptions,
  { apiUrl, siteUrl, publicUrls }: ServedDeployment,
): { readonly apiUrl: string; readonly siteUrl: string } {
  const api = once && port === null ? withPort(apiUrl, DEFAULT_PORTS.port) : apiUrl;
  if (siteOrigin !== null || (sitePort === "off" && cloudOrigin !== null)) {
    return { apiUrl: api, siteUrl: publicUrls.siteUrl };
  }
  if (sitePort === "off") return { apiUrl: api, siteUrl: `${api}/http` };
  return {
    apiUrl: api,
    siteUrl: once && sitePort === null ? withPort(siteUrl, DEFAULT_PORTS.sitePort) : siteUrl,
  };
}

function withPort(url: string, port: number): string {
  return Object.assign(new URL(url), { port: String(port) }).origin;
}

interface Serving {
  readonly deployment: ServedDeployment;
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
  // The app may have been waiting for a variable.
  deployment.onEnvironmentChange(() => {
    if (pusher.hasFailed) changed.resolve();
  });
  const interrupted = new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    else io.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  try {
    await untilInterrupted(io, interrupted, pushOnce(app, pusher, watcher));
    if (!io.signal.aborted) io.stderr(readyLine(deployment, io.elapsedMs() - startMs, paint));
    tellOfDashboard(serving);
    deployment.dashboard.onUse(() => tellOfDashboard(serving));
    let hasTold = tellOfCrons(options, serving);
    while (!io.signal.aborted) {
      await Promise.race([changed.promise, interrupted]);
      if (io.signal.aborted) break;
      changed = Promise.withResolvers<void>();
      watcher.refresh();
      await untilInterrupted(io, interrupted, pushChanged(options, serving, watcher));
      if (!hasTold) hasTold = tellOfCrons(options, serving);
    }
  } finally {
    watcher.close();
  }
}

/** A link is good once: where one was used, another is shown. What is behind the # never reaches a log of a server. */
function tellOfDashboard({ deployment: { apiUrl, dashboard }, io, paint }: Serving): void {
  if (io.signal.aborted) return;
  const url = `${apiUrl}/_dashboard/#token=${dashboard.create()}`;
  io.stderr(`${paint("green", "dashboard")} at ${paint("bold", url)} (good once)\n`);
}

/** @returns whether there was something to tell: what is off, and how it is turned on. */
function tellOfCrons({ settings }: DevOptions, { deployment, io, paint }: Serving): boolean {
  if (settings.crons === true || io.signal.aborted) return false;
  const count = deployment.crons.count("");
  if (count === 0) return false;
  const them =
    count === 1
      ? "The cron of the app does not run by itself"
      : `The ${count} crons of the app do not run by themselves`;
  io.stderr(
    `${paint("yellow", "crons are off")} ${them}: start with ${paint("bold", "--crons")} to have that.\n`,
  );
  return true;
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

function readyLine(deployment: ServedDeployment, durationMs: number, paint: Paint): string {
  return `${paint("green", "ready")} in ${Math.round(durationMs)} ms: ${describeAddresses(deployment, paint)}\n`;
}
