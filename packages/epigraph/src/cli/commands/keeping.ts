import { resolve } from "node:path";
import { type Command, DATA, DIR, JSON_OUTPUT, option, TARGET } from "../command.ts";
import { dataFolderOf } from "../data-folder.ts";
import { readChoice, readDir, readPath, readTarget, readText, rejectWords } from "../flags.ts";
import { UsageError } from "../usage-error.ts";

export const verify: Command = {
  name: "verify",
  form: "",
  summary: "Check the data of a deployment that does not run",
  description: [
    "Checks everything that is stored: the file, every document, and that each index has exactly the entries it must have. Changes nothing. Exits with 0 when all is well, else with 1. The deployment must not run meanwhile.",
  ],
  actions: [],
  options: [DIR, DATA, JSON_OUTPUT],
  examples: [],
  run: async ({ flags, words }, io) => {
    rejectWords("verify", words);
    const { runVerify } = await import("../verify.ts");
    const data = readPath(flags, "data", io);
    return runVerify({ dir: readDir(flags, io), data, isJson: flags["json"] === true }, io);
  },
};

export const exportCommand: Command = {
  name: "export",
  form: "",
  summary: "Write all documents, as they are at one moment, into a ZIP",
  description: [
    "The ZIP is in the platform's own format and can be imported anywhere. It has documents alone; `epigraph backup` has everything.",
  ],
  actions: [],
  options: [
    option("path", "<path>", "File that is written, or a folder", { shownDefault: "this folder" }),
    ...TARGET,
  ],
  examples: ["epigraph export --path snapshot.zip"],
  run: async ({ flags, words }, io) => {
    rejectWords("export", words);
    const { runExport } = await import("../export.ts");
    const path = readPath(flags, "path", io) ?? io.cwd;
    return runExport({ target: readTarget(flags, io), path, isJson: flags["json"] === true }, io);
  },
};

const FORMATS = ["csv", "jsonLines", "jsonArray", "zip"] as const;

export const importCommand: Command = {
  name: "import",
  form: "<file>",
  summary: "Bring documents in from a CSV, JSON, JSON lines or ZIP file",
  description: [
    "A ZIP is one that `export` wrote, here or on the original platform. Unless told, tables that the import goes into must be empty. Where documents would be deleted, --yes is needed.",
  ],
  actions: [],
  options: [
    option("table", "<name>", "Table that the documents go into; not for a ZIP"),
    option("format", "<format>", "What the file is", {
      shownDefault: "as its name says",
      choices: FORMATS,
    }),
    option("append", null, "Add to what is there"),
    option("replace", null, "Replace the tables of the import"),
    option("replace-all", null, "Replace these, and delete all other tables"),
    option("yes", null, "Documents may be deleted"),
    ...TARGET,
  ],
  examples: [
    "epigraph import --table messages messages.jsonl",
    "epigraph import snapshot.zip --replace-all --yes",
  ],
  run: async ({ flags, words: [file, ...others] }, io) => {
    if (file === undefined) throw new UsageError("epigraph import needs a file.");
    rejectWords("import", others);
    const modes = (["append", "replace", "replace-all"] as const).filter((mode) => flags[mode] === true);
    if (modes.length > 1) throw new UsageError(`--${modes[0]} and --${modes[1]} exclude each other.`);
    const [mode = "requireEmpty"] = modes;
    const format = flags["format"] === undefined ? null : readChoice(flags, "format", FORMATS, "zip");
    const { runImport } = await import("../import.ts");
    return runImport(
      {
        target: readTarget(flags, io),
        path: resolve(io.cwd, file),
        table: readText(flags, "table"),
        mode: mode === "replace-all" ? "replaceAll" : mode,
        format,
        isConfirmed: flags["yes"] === true,
        isJson: flags["json"] === true,
      },
      io,
    );
  },
};

export const backup: Command = {
  name: "backup",
  form: "",
  summary: "Back up everything of a running deployment into one file",
  description: [
    "One ZIP with the database as it is at one commit, the files, and the deployment's name and secret, with the SHA-256 of each part. It goes on serving meanwhile. All of the file is read back and compared before it gets its name. The key must be one that allows everything, for the secret is in the file: keep it where nobody else can read it.",
  ],
  actions: [],
  options: [
    option("path", "<path>", "File that is written, or a folder", { shownDefault: "this folder" }),
    option("force", null, "Replace a file that is there"),
    ...TARGET,
  ],
  examples: ["epigraph backup --path /backups"],
  run: async ({ flags, words }, io) => {
    rejectWords("backup", words);
    const { runBackup } = await import("../backup.ts");
    const path = readPath(flags, "path", io) ?? io.cwd;
    const isReplacing = flags["force"] === true;
    return runBackup(
      { target: readTarget(flags, io), path, isReplacing, isJson: flags["json"] === true },
      io,
    );
  },
};

export const restore: Command = {
  name: "restore",
  form: "<backup>",
  summary: "Put a backup into the data folder of a deployment that does not run",
  description: [
    "Reads all of the backup, compares it with its sums and checks the database, as `verify` does, before it touches anything. Data that is there is kept unless --force is given, and is put aside then, not deleted. The clock of the database is set above every timestamp that was given out before, so that clients which know newer ones go on.",
  ],
  actions: [],
  options: [
    DIR,
    DATA,
    option("force", null, "Put data that is there aside, into a folder replaced-…"),
    JSON_OUTPUT,
  ],
  examples: ["epigraph restore epigraph-backup-20260101T030000Z.zip --data /var/lib/epigraph"],
  run: async ({ flags, words: [file, ...others] }, io) => {
    if (file === undefined) throw new UsageError("epigraph restore needs a backup.");
    rejectWords("restore", others);
    const { runRestore } = await import("../restore.ts");
    const dataFolder = readPath(flags, "data", io) ?? dataFolderOf(readDir(flags, io));
    const isReplacing = flags["force"] === true;
    const isJson = flags["json"] === true;
    return runRestore({ backup: resolve(io.cwd, file), dataFolder, isReplacing, isJson }, io);
  },
};
