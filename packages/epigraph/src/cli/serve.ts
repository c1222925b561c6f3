import { findApp } from "../deploy/find-app.ts";
import { collectWhenIdle } from "../engine/collect-when-idle.ts";
import { limitOldSpace, limitYoungSpace } from "../engine/heap-limits.ts";
import { dataFolderOf } from "./data-folder.ts";
import { eventPrinter } from "./event-printer.ts";
import type { CliIo } from "./io.ts";
import { settingsRecord } from "./json-log.ts";
import { makePaint } from "./paint.ts";
import { AppPusher } from "./push-app.ts";
import { describeSettings, formatSettings } from "./settings/describe-settings.ts";
import type { ReadSettings } from "./settings/read-settings.ts";
import {
  DEFAULT_PORTS,
  describeAddresses,
  operatorLog,
  type ServedDeployment,
  type StartDeployment,
  startDeployment,
} from "./start-deployment.ts";
import { StatusLine } from "./status-line.ts";

/** What `epigraph serve` was asked to do. */
export interface ServeOptions {
  /** Where the data folder is unless a setting says so, and the app that `push` pushes; absolute. */
  readonly dir: string;
  readonly settings: ReadSettings;
  readonly push: boolean;
}

/**
 * Serves a deployment until it is asked to end.
 * @returns the exit code: 1 when the app was to be pushed and could not be.
 * @throws AppError or CommandError when it can't start.
 */
export async function runServe(
  { dir, settings, push }: ServeOptions,
  io: CliIo,
  start: StartDeployment,
): Promise<number> {
  limitYoungSpace();
  limitOldSpace();
  collectWhenIdle();
  const { values } = settings;
  const dataFolder = values.data ?? dataFolderOf(dir);
  const log = operatorLog(values, io);
  if (values.logFormat === "json") io.stdout(settingsRecord(describeSettings(settings), io.now()));
  else io.stderr(`Settings:\n${formatSettings(settings)}`);
  const place = {
    settings: values,
    dataFolder,
    usualPorts: DEFAULT_PORTS,
    jobs: { isOn: true, runsCrons: true },
    recordRequests: 0,
  };
  const deployment = await startDeployment(place, io, start);
  try {
    const paint = makePaint(io.color);
    deployment.onEvent(eventPrinter(values, io, new StatusLine(io), paint));
    if (push && !(await pushApp(dir, deployment, io))) return 1;
    log(`ready: ${describeAddresses(deployment, values.logFormat === "json" ? makePaint(false) : paint)}`);
    await untilAborted(io.signal);
    log("Asked to end: requests that run have ten seconds.");
  } finally {
    await deployment.close();
  }
  log("Ended; everything is stored.");
  return 0;
}

async function pushApp(dir: string, deployment: ServedDeployment, io: CliIo): Promise<boolean> {
  const pusher = new AppPusher({
    io,
    paint: makePaint(io.color),
    typecheck: "off",
    status: new StatusLine(io),
    push: (code, onProgress) => deployment.push(code, onProgress),
  });
  try {
    const { ok } = await pusher.push(findApp(dir));
    return ok;
  } finally {
    pusher.close();
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
