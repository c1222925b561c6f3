import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isPlainObject } from "../../values/value.ts";
import { CommandError } from "../usage-error.ts";
import { SETTING_KEYS, SETTINGS, type SettingKey } from "./settings.ts";

/** What a file of settings says. */
export interface ConfigFile {
  /** `epigraph.config.ts` */
  readonly name: string;
  readonly values: ReadonlyMap<SettingKey, string>;
}

const NAMES = ["epigraph.config.ts", "epigraph.config.js", "epigraph.config.json"];

/**
 * The settings file of a folder: an object by default export, or JSON. Its paths are relative to it.
 * @returns null when there is none.
 * @throws CommandError when there are two, or one can't be used.
 */
export async function readConfigFile(folder: string): Promise<ConfigFile | null> {
  const [name, other] = NAMES.filter((each) => existsSync(join(folder, each)));
  if (name === undefined) return null;
  if (other !== undefined) {
    throw new CommandError(`${folder} has both ${name} and ${other}: remove one of them.`);
  }
  const content = await load(join(folder, name), name);
  if (!isPlainObject(content)) {
    const form = name.endsWith(".json") ? "holds an object" : "exports an object by default";
    throw new CommandError(`${name} ${form}, such as { "port": 3210 }.`);
  }
  const values = new Map<SettingKey, string>();
  for (const [key, value] of Object.entries(content)) {
    if (value === undefined) continue;
    if (!isSettingKey(key)) throw new CommandError(unknownKey(name, key));
    values.set(key, toText(name, key, value, folder));
  }
  return { name, values };
}

async function load(path: string, name: string): Promise<unknown> {
  try {
    if (name.endsWith(".json")) return JSON.parse(await readFile(path, "utf8")) as unknown;
    const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
    return module.default;
  } catch (error) {
    throw new CommandError(`${name} can't be read: ${(error as Error).message}`, { cause: error });
  }
}

function toText(name: string, key: SettingKey, value: unknown, folder: string): string {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.join(",");
  if (typeof value === "string") return key === "data" ? resolve(folder, value) : value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new CommandError(`${key} in ${name} is a text, a number, true or false.`);
}

function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key);
}

function unknownKey(name: string, key: string): string {
  const plain = (text: string): string => text.replace(/[-_]/g, "").toLowerCase();
  const meant = SETTING_KEYS.find(
    (known) => plain(known) === plain(key) || plain(SETTINGS[known].env) === plain(key),
  );
  const advice = meant === undefined ? "docs/CLI.md lists all of them" : `it is called ${meant} there`;
  return `${name} has no setting "${key}": ${advice}.`;
}
