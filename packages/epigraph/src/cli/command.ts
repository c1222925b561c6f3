import type { CliIo } from "./io.ts";
import { flagOf } from "./settings/setting.ts";
import { SETTINGS, type SettingKey } from "./settings/settings.ts";

/** An option of a command. */
export interface CommandOption {
  /** Without hyphens before it. */
  readonly name: string;
  /** What stands for the value, such as `<n>`; null for a switch. */
  readonly value: string | null;
  /** Without a full stop at the end. */
  readonly text: string;
  /** What it is when it is left out, for people; null where nothing is to be said. */
  readonly shownDefault: string | null;
  /** All values, where they can be listed. */
  readonly choices: readonly string[] | null;
}

export type Flags = Readonly<Record<string, string | boolean | undefined>>;

/** What a command was given. */
export interface Given {
  readonly flags: Flags;
  readonly words: readonly string[];
}

/** A command, told once: help, documents and completion are made from it. */
export interface Command {
  readonly name: string;
  /** What stands behind the name: `<function> [args]`; empty where nothing may. */
  readonly form: string;
  /** Without a full stop at the end; fits in a line of the overview. */
  readonly summary: string;
  /** Paragraphs. */
  readonly description: readonly string[];
  /** First words that it knows, where these are a fixed list. */
  readonly actions: readonly string[];
  readonly options: readonly CommandOption[];
  /** Lines that can be typed. */
  readonly examples: readonly string[];
  /** Loads what does the work. @returns the exit code. */
  run(given: Given, io: CliIo): Promise<number>;
}

export function option(
  name: string,
  value: string | null,
  text: string,
  more: { readonly shownDefault?: string; readonly choices?: readonly string[] } = {},
): CommandOption {
  return { name, value, text, shownDefault: more.shownDefault ?? null, choices: more.choices ?? null };
}

/** Settings of the deployment as options. */
export function settingOptions(keys: readonly SettingKey[]): CommandOption[] {
  return keys
    .filter((key) => SETTINGS[key].hasFlag)
    .map((key) => {
      const { value, text, shownDefault, choices } = SETTINGS[key];
      return { name: flagOf(key), value, text, shownDefault: value === null ? null : shownDefault, choices };
    });
}

export const DIR: CommandOption = option("dir", "<folder>", "Folder of the app", {
  shownDefault: "this one",
});
export const DATA: CommandOption = option("data", "<folder>", "Folder of the data", {
  shownDefault: ".epigraph in the app",
});
export const JSON_OUTPUT: CommandOption = option(
  "json",
  null,
  "Results as JSON on standard output, a failure as one JSON object on standard error",
);
/** Of commands that are clients of a deployment. */
export const TARGET: readonly CommandOption[] = [
  DIR,
  option("url", "<url>", "The deployment to talk to", {
    shownDefault: "CONVEX_SELF_HOSTED_URL of the environment, .env.local or .env",
  }),
  option("admin-key", "<key>", "Its admin key", {
    shownDefault: "CONVEX_SELF_HOSTED_ADMIN_KEY, likewise",
  }),
  JSON_OUTPUT,
];
