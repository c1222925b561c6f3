import { resolve } from "node:path";
import { readInstance } from "../../services/instance/instance.ts";
import type { Flags } from "../command.ts";
import { dataFolderOf } from "../data-folder.ts";
import type { CliIo } from "../io.ts";
import { makePaint } from "../paint.ts";
import { readConfigFile } from "../settings/config-file.ts";
import { type ReadSettings, readSettings } from "../settings/read-settings.ts";
import { DEFAULT_PORTS } from "../start-deployment.ts";
import { CommandError, UsageError } from "../usage-error.ts";
import { type Finding, ok, problem } from "./finding.ts";
import { checkClock, checkDataFolder, checkDisk, checkNode } from "./machine-checks.ts";
import { checkHost, checkOrigin, checkPort, checkProxies, checkSiteOrigin } from "./network-checks.ts";

export interface DoctorOptions {
  /** The app's folder; absolute. */
  readonly dir: string;
  readonly flags: Flags;
  readonly isJson: boolean;
}

const MARKS = { ok: ["green", "✔"], warning: ["yellow", "!"], problem: ["red", "✘"] } as const;

/**
 * Looks at everything that keeps a deployment from serving well.
 * @returns the exit code: 1 when there is a problem.
 */
export async function runDoctor({ dir, flags, isJson }: DoctorOptions, io: CliIo): Promise<number> {
  const findings: Finding[] = [await checkNode(process.versions.node)];
  const settings = await read(dir, flags, io, findings);
  if (settings !== null) findings.push(...(await checkAll(dir, settings, io)));
  const problems = findings.filter(({ state }) => state === "problem").length;
  if (isJson) io.stdout(`${JSON.stringify({ findings })}\n`);
  else {
    const paint = makePaint(io.color);
    for (const { subject, state, text } of findings) {
      const [style, mark] = MARKS[state];
      io.stdout(`${paint(style, mark)} ${subject}: ${text}\n`);
    }
  }
  return problems === 0 ? 0 : 1;
}

async function read(dir: string, flags: Flags, io: CliIo, findings: Finding[]): Promise<ReadSettings | null> {
  try {
    const settings = readSettings({ flags, env: io.env, config: await readConfigFile(dir) });
    const given = Object.values(settings.sources).filter((source) => source !== null).length;
    findings.push(
      ok("settings", given === 0 ? "all as they are by default" : `${given} given, and understood`),
    );
    return settings;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof CommandError)) throw error;
    findings.push(problem("settings", error.message));
    return null;
  }
}

async function checkAll(
  dir: string,
  { values, texts }: ReadSettings,
  io: CliIo,
): Promise<readonly Finding[]> {
  const { data, host, sitePort, cloudOrigin, siteOrigin } = values;
  const dataFolder = data === null ? dataFolderOf(dir) : resolve(io.cwd, data);
  const { finding, owner } = checkDataFolder(dataFolder);
  const nowMs = (): number => io.now().getTime();
  const isServed = owner !== null;
  const served = owner?.url === undefined || owner.url === null ? null : Number(new URL(owner.url).port);
  const port = values.port ?? DEFAULT_PORTS.port;
  const findings = [
    finding,
    await checkDisk(dataFolder),
    checkClock(dataFolder, nowMs(), isServed),
    checkHost(values),
    await checkPort("port", { host, port, servedPort: served }),
  ];
  if (sitePort !== "off" && !isServed) {
    const wanted = sitePort ?? DEFAULT_PORTS.sitePort;
    findings.push(await checkPort("port of HTTP actions", { host, port: wanted, servedPort: null }));
  }
  findings.push(checkProxies({ trustedProxies: texts.trustedProxies }));
  if (cloudOrigin !== null) {
    const instanceName = values.instanceName ?? readInstance(dataFolder)?.name ?? null;
    findings.push(...(await checkOrigin(cloudOrigin, { instanceName, nowMs })));
  }
  if (siteOrigin !== null) findings.push(await checkSiteOrigin(siteOrigin));
  return findings;
}
