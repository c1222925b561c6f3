import type { Command, CommandOption } from "./command.ts";

const COLUMNS = 84;
const INDENT = 30;

/** `epigraph --help` */
export function overview(commands: readonly Command[]): string {
  const lines = commands.map(({ name, form, summary }) => row(short(`${name} ${form}`), summary));
  return `Usage: epigraph <command>

${lines.join("")}
${row("--help", "Show help, also for one command")}${row("--version", "Show the version")}
Exits with 0 when it is done, with 1 when it failed or was not understood.
`;
}

/** `epigraph <command> --help` */
export function commandHelp({ name, form, description, options, examples }: Command): string {
  const usage = `Usage: epigraph ${[name, form, options.length > 0 ? "[options]" : ""].filter(Boolean).join(" ")}\n`;
  const parts = [
    usage,
    ...description.map((text) => `${wrap(text, COLUMNS).join("\n")}\n`),
    examples.map((example) => `  ${example}\n`).join(""),
    options.map((each) => row(optionForm(each), optionText(each))).join(""),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** `--port <n>` */
export function optionForm({ name, value }: CommandOption): string {
  return value === null ? `--${name}` : `--${name} ${value}`;
}

/** What it is for, and what it is when it is left out. */
export function optionText({ text, shownDefault, choices }: CommandOption): string {
  const listed = choices !== null && !choices.every((choice) => text.includes(choice));
  const values = listed ? `: ${choices.join(", ")}` : "";
  return text + values + (shownDefault === null ? "" : ` (${shownDefault})`);
}

function short(form: string): string {
  return form.trim().length < INDENT - 3 ? form.trim() : `${form.trim().slice(0, INDENT - 5)}…`;
}

function row(left: string, right: string): string {
  const [first, ...others] = wrap(right, COLUMNS - INDENT);
  const label = `  ${left}`;
  const head = label.length < INDENT ? label.padEnd(INDENT) : `${label}\n${" ".repeat(INDENT)}`;
  return `${head}${first}\n${others.map((line) => `${" ".repeat(INDENT)}${line}\n`).join("")}`;
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
