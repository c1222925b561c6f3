import { type Command, DATA, option, TARGET } from "../command.ts";
import { dataFolderOf } from "../data-folder.ts";
import { readChoice, readDir, readPath, readTarget, readText, rejectWords } from "../flags.ts";

const TYPECHECK = ["off", "warn", "fail"] as const;

export const deploy: Command = {
  name: "deploy",
  form: "",
  summary: "Push the app in this folder to a running deployment",
  description: [
    "Bundles the app, checks its types, and brings it into a deployment by the same requests as the official command line, whose `deploy` works as well. The schema is checked against the data first; code, schema and indexes change at once or not at all.",
  ],
  actions: [],
  options: [
    option("typecheck", "<mode>", "off, warn, or fail: type errors stop the push", {
      shownDefault: "fail",
      choices: TYPECHECK,
    }),
    option("message", "<text>", "For the list of pushes"),
    option("dry-run", null, "Only look whether it could be deployed, and which indexes would change"),
    ...TARGET,
  ],
  examples: [
    "epigraph deploy",
    'epigraph deploy --url https://api.example.com --admin-key "$KEY" --message "Carts expire"',
  ],
  run: async ({ flags, words }, io) => {
    rejectWords("deploy", words);
    const typecheck = readChoice(flags, "typecheck", TYPECHECK, "fail");
    const { runDeploy } = await import("../deploy.ts");
    const target = readTarget(flags, io);
    const message = readText(flags, "message");
    const isDryRun = flags["dry-run"] === true;
    return runDeploy({ target, typecheck, message, isDryRun, isJson: flags["json"] === true }, io);
  },
};

export const pushes: Command = {
  name: "pushes",
  form: "",
  summary: "List the latest pushes, with author and what they changed",
  description: [
    "Lists the last ten pushes, the newest first, with the time, the name of the admin key and the functions that came and went. The one that runs has a star.",
  ],
  actions: [],
  options: TARGET,
  examples: [],
  run: async ({ flags, words }, io) => {
    rejectWords("pushes", words);
    const { runPushes } = await import("../pushes.ts");
    return runPushes({ target: readTarget(flags, io), json: flags["json"] === true }, io);
  },
};

export const rollback: Command = {
  name: "rollback",
  form: "[push]",
  summary: "Activate an earlier push again; the one before, unless named",
  description: [
    "Activates the code and schema of an earlier push again, as a push of its own: it is checked against the data, and fails if documents do not match its schema.",
  ],
  actions: [],
  options: TARGET,
  examples: ["epigraph rollback", "epigraph rollback kg2dq3v6h1m0b3b6q2zq5d1f2n8jyx9w"],
  run: async ({ flags, words: [push, ...others] }, io) => {
    rejectWords("rollback", others);
    const { runRollback } = await import("../pushes.ts");
    const target = readTarget(flags, io);
    return runRollback({ target, json: flags["json"] === true, push: push ?? null }, io);
  },
};

export const adminKey: Command = {
  name: "admin-key",
  form: "<show|list|create|revoke> [name]",
  summary: "Show the first admin key of a deployment; make, list and revoke others",
  description: [
    "The first key follows from the deployment's secret: `show` prints it where the data folder is, whether the deployment runs or not. Other keys have names, by which the audit log tells them apart, and can be limited; such a key is printed once, when it is made.",
  ],
  actions: ["show", "list", "create", "revoke"],
  options: [
    option("scope", "<scope>", "full, deploy (push code, environment variables, logs), or readOnly", {
      shownDefault: "full",
      choices: ["full", "deploy", "readOnly"],
    }),
    DATA,
    ...TARGET,
  ],
  examples: [
    "epigraph admin-key show --data /var/lib/epigraph",
    "epigraph admin-key create ci --scope deploy",
    "epigraph admin-key list",
    "epigraph admin-key revoke ci",
  ],
  run: async ({ flags, words }, io) => {
    const { runAdminKey } = await import("../admin-key.ts");
    const target = readTarget(flags, io);
    const dataFolder = readPath(flags, "data", io) ?? dataFolderOf(readDir(flags, io));
    const scope = readText(flags, "scope");
    return runAdminKey({ target, dataFolder, json: flags["json"] === true, scope, words }, io);
  },
};
