import { resolve } from "node:path";
import { type Command, DIR, type Flags, option, settingOptions } from "../command.ts";
import { readChoice, readDir, rejectWords } from "../flags.ts";
import type { CliIo } from "../io.ts";
import { readConfigFile } from "../settings/config-file.ts";
import { type ReadSettings, readSettings } from "../settings/read-settings.ts";
import { SETTING_KEYS } from "../settings/settings.ts";

const TYPECHECK = ["off", "warn", "fail"] as const;
const typecheckOption = option("typecheck", "<mode>", "off, warn, or fail: type errors stop the push", {
  shownDefault: "warn",
  choices: TYPECHECK,
});

const SETTINGS_TEXT =
  "Each setting is an option, a variable of the environment, or a line of epigraph.config.ts, .js or .json in the app; the first of these wins. docs/CLI.md lists all of them, those of S3 too.";

export const dev: Command = {
  name: "dev",
  form: "",
  summary: "Serve the app in this folder and push it on every save",
  description: [
    "Serves the app in this folder: bundles its functions, checks the schema, writes _generated/, and does it again on every save.",
    `${SETTINGS_TEXT} PORT and SITE_PROXY_PORT are those of serve alone: other tools of a developer read them too.`,
  ],
  actions: [],
  options: [
    DIR,
    ...settingOptions(SETTING_KEYS),
    option("once", null, "Push once, then exit: 0 when it worked, else 1"),
    typecheckOption,
  ],
  examples: [],
  run: async ({ flags, words }, io) => {
    rejectWords("dev", words);
    const typecheck = readChoice(flags, "typecheck", TYPECHECK, "warn");
    const { PORT: _port, SITE_PROXY_PORT: _sitePort, ...env } = io.env;
    const { dir, settings } = await readServing(flags, { cwd: io.cwd, env });
    const [{ runDev }, { Deployment }] = await Promise.all([
      import("../dev.ts"),
      import("../../deployment.ts"),
    ]);
    const options = { dir, settings: settings.values, once: flags["once"] === true, typecheck };
    return runDev(options, io, (parts) => Deployment.start(parts));
  },
};

export const serve: Command = {
  name: "serve",
  form: "",
  summary: "Serve a deployment in production: no watcher, no push unless asked",
  description: [
    "Serves what was pushed before, and what `epigraph deploy` or the official command line pushes. Prints its settings at start, ends in an orderly way on SIGTERM: no new connections, ten seconds for requests that run, then everything is on the disk. GET /health answers 200 while it can work.",
    SETTINGS_TEXT,
  ],
  actions: [],
  options: [
    DIR,
    ...settingOptions(SETTING_KEYS),
    option("json", null, "The same as --log-format json"),
    option("push", null, "Push the app in the folder at start, and don't serve when that fails"),
  ],
  examples: [
    "epigraph serve --host 0.0.0.0 --data /var/lib/epigraph",
    "CONVEX_CLOUD_ORIGIN=https://api.example.com epigraph serve --json",
  ],
  run: async ({ flags, words }, io) => {
    rejectWords("serve", words);
    const given = flags["json"] === true ? { ...flags, "log-format": "json" } : flags;
    const { dir, settings } = await readServing(given, io);
    const [{ runServe }, { Deployment }] = await Promise.all([
      import("../serve.ts"),
      import("../../deployment.ts"),
    ]);
    return runServe({ dir, settings, push: flags["push"] === true }, io, (parts) => Deployment.start(parts));
  },
};

async function readServing(
  flags: Flags,
  io: Pick<CliIo, "cwd" | "env">,
): Promise<{ readonly dir: string; readonly settings: ReadSettings }> {
  const dir = readDir(flags, io);
  const read = readSettings({ flags, env: io.env, config: await readConfigFile(dir) });
  const { data } = read.values;
  return {
    dir,
    settings: { ...read, values: { ...read.values, data: data === null ? null : resolve(io.cwd, data) } },
  };
}
