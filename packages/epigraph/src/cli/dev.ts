import { existsSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { bundleApp } from "../deploy/bundle.ts";
import { generateCode } from "../deploy/codegen.ts";
import { findEntryPoints } from "../deploy/entry-points.ts";
import { type App, findApp } from "../deploy/find-app.ts";
import { type Deployment, openDeployment } from "../deployment.ts";
import type { ExecutionRecord } from "../functions/execution-record.ts";
import { startServer } from "../server/server.ts";
import { EnvironmentVariables } from "../services/environment/environment-variables.ts";
import { AdminKeys } from "../services/keys/admin-keys.ts";
import { editEnvFile, frameworkVariable, ignore } from "./env-file.ts";
import { loadInstance } from "./instance.ts";
import type { Output } from "./output.ts";
import { packageVersion } from "./version.ts";

export interface DevOptions {
  readonly dir: string;
  readonly host: string;
  readonly port: number;
  readonly sitePort: number;
  readonly data: string | null;
  readonly once: boolean;
}

const MAX_REQUEST_BYTES = 20 * 1024 * 1024;
const QUIET_MS = 50;

/** Serves an app and pushes its code at each save, until `stopped` resolves. Returns the exit code. */
export async function dev(options: DevOptions, output: Output, stopped: Promise<void>): Promise<number> {
  const startedMs = performance.now();
  const app = findApp(options.dir);
  const dataFolder = resolve(options.data ?? join(app.root, ".epigraph"));
  const instance = loadInstance(dataFolder);
  const keys = new AdminKeys(instance.name, instance.secret);
  const deployment = openDeployment({
    dataFolder,
    secret: instance.secret,
    onExecution: (record) => printExecution(record, output),
  });
  try {
    const server = await startServer(
      {
        functions: deployment.functions,
        environment: new EnvironmentVariables(deployment.database),
        keys,
        version: packageVersion(),
        redactErrors: false,
        maxRequestBytes: MAX_REQUEST_BYTES,
      },
      options,
    );
    try {
      deployment.setOrigins(server);
      writeEnvironmentFile(app, server, keys, output);
      const pushed = await push(app, deployment, output, null);
      if (options.once) return pushed ? 0 : 1;
      output.line(
        `Epigraph is ready in ${Math.round(performance.now() - startedMs)} ms: functions at ${server.apiUrl}, HTTP actions at ${server.siteUrl}`,
      );
      const stopWatching = watchApp(app, (file) => push(app, deployment, output, file));
      await stopped;
      stopWatching();
      return 0;
    } finally {
      await server.close();
    }
  } finally {
    await deployment.close();
  }
}

/** Bundles, analyses and activates; a failure is shown and leaves the old code serving. */
async function push(
  app: App,
  deployment: Deployment,
  output: Output,
  changed: string | null,
): Promise<boolean> {
  const startedMs = performance.now();
  try {
    const files = findEntryPoints(app.functions);
    if (files.entryPoints.length === 0) {
      output.line(
        `${app.functions} has no functions yet: put a file such as messages.ts into it, it is pushed at save.`,
      );
    }
    generateCode(app, files);
    const report = await deployment.push(await bundleApp(app));
    const what = changed === null ? "" : `${changed} changed: `;
    const effect = report.changed
      ? `pushed ${report.functions} functions and ${report.routes} routes`
      : "nothing to push";
    output.line(`${what}${effect} in ${Math.round(performance.now() - startedMs)} ms`);
    return true;
  } catch (error) {
    output.error(
      `Push failed${deployment.database.read((catalogue) => catalogue.push) === null ? "" : ", the code before it keeps serving"}:\n${(error as Error).message}`,
    );
    return false;
  }
}

/** Calls `onChange` after a save, one push at a time; a save during a push is pushed after it. */
function watchApp(app: App, onChange: (file: string) => Promise<unknown>): () => void {
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<unknown> = Promise.resolve();
  const watcher = watch(app.functions, { recursive: true }, (_event, name) => {
    const file = name === null ? "a file" : String(name);
    if (file.startsWith("_generated") || /(?:^|\/)\.|~$/.test(file)) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(() => onChange(file));
    }, QUIET_MS);
  });
  return () => {
    if (timer !== null) clearTimeout(timer);
    watcher.close();
  };
}

function writeEnvironmentFile(
  app: App,
  urls: { readonly apiUrl: string; readonly siteUrl: string },
  keys: AdminKeys,
  output: Output,
): void {
  const file = join(app.root, ".env.local");
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const framework = frameworkVariable(app.root);
  const { text, disabled } = editEnvFile(before, {
    CONVEX_SELF_HOSTED_URL: urls.apiUrl,
    CONVEX_SELF_HOSTED_ADMIN_KEY: keys.issue(),
    CONVEX_URL: urls.apiUrl,
    CONVEX_SITE_URL: urls.siteUrl,
    ...(framework === null ? {} : { [framework]: urls.apiUrl }),
  });
  if (text !== before) writeFileSync(file, text, { mode: 0o600 });
  if (disabled)
    output.line(
      `Commented out CONVEX_DEPLOYMENT in ${relative(process.cwd(), file)}: the official CLI refuses it beside a self-hosted deployment.`,
    );
  ignore(app.root, [".env.local", ".epigraph/"]);
}

function printExecution(record: ExecutionRecord, output: Output): void {
  const label = `[${record.identifier.replace(/\.js:/, ":")}]`;
  for (const line of record.logLines) output.line(`${label} ${line}`);
  const duration = `${record.durationMs.toFixed(1)} ms`;
  if (record.error !== null) output.error(`${label} failed after ${duration}: ${record.error}`);
  else if (record.logLines.length > 0) output.line(`${label} ${record.kind} took ${duration}`);
}
