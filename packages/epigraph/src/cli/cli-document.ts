import type { Command } from "./command.ts";
import { commandHelp, overview } from "./help.ts";
import { flagOf, type Setting } from "./settings/setting.ts";
import { SETTING_KEYS, SETTINGS, type SettingKey } from "./settings/settings.ts";

/** docs/CLI.md, made from the table of commands and the table of settings. */
export function cliDocument(commands: readonly Command[]): string {
  const sections = commands.map((command) => `## ${command.name}\n\n${block(commandHelp(command))}`);
  return `# Command line

Made from the code by \`node packages/epigraph/scripts/write-cli-document.ts\`; a test keeps it in step.

${block(overview(commands))}
## Exit codes and output

| Code | Meaning |
| --- | --- |
| 0 | Done. |
| 1 | Failed, or the command line was not understood. The last lines on standard error say why and what to do. |

Results go to standard output, everything else to standard error. With \`--json\`, results are JSON, and a failure is one
line \`{"error": "…"}\` on standard error. How far something is is shown in a terminal only. Ctrl-C and SIGTERM end every
command in an orderly way, a second one at once.

## Which deployment a client talks to

\`--url\` and \`--admin-key\`; else \`CONVEX_SELF_HOSTED_URL\` and \`CONVEX_SELF_HOSTED_ADMIN_KEY\` of the environment; else those of
\`.env.local\`, which \`epigraph dev\` writes, or \`.env\`. A key from a file is never sent to a URL that the command line names.

## Settings

Of \`serve\` and \`dev\`: an option, a variable of the environment, or a line of \`epigraph.config.ts\`, \`.js\` (an object by
default export) or \`.json\`; the first of these wins. \`serve\` prints all of them at start, secrets masked. What can't be
understood keeps a deployment from starting.

\`\`\`ts
export default { port: 8080, cloudOrigin: "https://api.example.com", trustedProxies: ["10.0.0.0/8"] };
\`\`\`

| In the file | Option | Environment | Default | Meaning |
| --- | --- | --- | --- | --- |
${SETTING_KEYS.map(settingRow).join("")}
${sections.join("\n")}`;
}

function block(text: string): string {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`;
}

function settingRow(key: SettingKey): string {
  const { hasFlag, value, env, shownDefault, text, isSecret }: Setting<unknown> = SETTINGS[key];
  const flag = hasFlag ? `\`--${flagOf(key)}${value === null ? "" : ` ${value}`}\`` : "";
  const meaning = `${text}${isSecret ? ". Never shown" : ""}`.replaceAll("|", "\\|");
  return `| \`${key}\` | ${flag} | \`${env}\` | ${shownDefault} | ${meaning} |\n`;
}
