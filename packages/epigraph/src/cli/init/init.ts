import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import type { CliIo } from "../io.ts";
import { StatusLine } from "../status-line.ts";
import { CommandError } from "../usage-error.ts";
import { appFiles, needsPackages, TEMPLATES, type Template } from "./app-files.ts";

export interface InitOptions {
  /** Absolute; made when it is absent. */
  readonly folder: string;
  /** Null: to be asked for, where somebody can answer. */
  readonly template: Template | null;
  readonly isInstalling: boolean;
  readonly isJson: boolean;
}

/** What may be in a folder that counts as empty. */
const HARMLESS = new Set([".git", ".DS_Store", ".idea", ".vscode", "LICENSE", "README.md"]);

/**
 * Writes a new app into an empty folder.
 * @returns the exit code: 1 when packages that it needs could not be installed; the app is there then.
 * @throws CommandError when the folder is not empty.
 */
export async function runInit(options: InitOptions, io: CliIo): Promise<number> {
  const { folder, isInstalling, isJson } = options;
  const inTheWay = existsSync(folder) ? readdirSync(folder).filter((name) => !HARMLESS.has(name)) : [];
  if (inTheWay.length > 0) {
    const listed = inTheWay.slice(0, 5).join(", ");
    throw new CommandError(
      `${folder} is not empty (${listed}): go to an empty folder, or name a new one, as in \`epigraph init my-app\`. An app that is there already needs no init: \`epigraph dev\` serves it.`,
    );
  }
  const template = options.template ?? (await askForTemplate(io));
  const files = appFiles(packageName(folder), template);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const installed = isInstalling && (await install(folder, io));
  if (isJson) {
    io.stdout(`${JSON.stringify({ folder, template, files: [...files.keys()].sort(), installed })}\n`);
  } else {
    io.stderr(`Made ${files.size} files in ${folder}.\n`);
    if (!installed) io.stderr(missingPackages(template));
    io.stderr(`\n${nextSteps(relative(io.cwd, folder), template)}`);
  }
  return installed || !isInstalling || !needsPackages(template) ? 0 : 1;
}

function missingPackages(template: Template): string {
  const why = needsPackages(template) ? "before its page can be built" : "and types are checked as well";
  return `Its packages are not installed: run \`npm install\` there, ${why}.\n`;
}

async function askForTemplate(io: CliIo): Promise<Template> {
  const answer = await io.ask(`What is it to be: ${TEMPLATES.join(", ")}? (http) `);
  const named = answer?.trim() || "http";
  const template = TEMPLATES.find((each) => each === named);
  if (template !== undefined) return template;
  throw new CommandError(`There is no template "${named}": it is one of ${TEMPLATES.join(", ")}.`);
}

/** As npm allows it. */
function packageName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return name === "" ? "app" : name;
}

/** What npm has kept is not asked for again, so that this works without a network too. */
async function install(folder: string, io: CliIo): Promise<boolean> {
  const status = new StatusLine(io);
  status.show("Installing packages");
  const child = spawn("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
    shell: process.platform === "win32",
    signal: io.signal,
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const isDone = await new Promise<boolean>((resolve) => {
    child.once("error", (error) => {
      said += `${error.message}\n`;
      resolve(false);
    });
    child.once("close", (code) => resolve(code === 0));
  });
  status.hide();
  if (!isDone) io.stderr(said);
  return isDone;
}

function nextSteps(path: string, template: Template): string {
  const steps = [
    ...(path === "" ? [] : [`cd ${path}`]),
    "epigraph dev",
    ...(template === "chat" ? [] : ['curl http://127.0.0.1:3211/tasks -d \'{"text": "Water the plants"}\'']),
    ...(template === "http" ? [] : ["npm run page    # in another terminal"]),
  ];
  return `Next:\n${steps.map((step) => `  ${step}\n`).join("")}`;
}
