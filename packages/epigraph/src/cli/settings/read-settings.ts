import { CommandError, UsageError } from "../usage-error.ts";
import type { ConfigFile } from "./config-file.ts";
import { BadSetting, flagOf, type Setting } from "./setting.ts";
import { SETTING_KEYS, SETTINGS, type SettingKey, type SettingSources, type Settings } from "./settings.ts";

export interface SettingTexts {
  /** By the names of options, without hyphens before them. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: ConfigFile | null;
}

export interface ReadSettings {
  readonly values: Settings;
  readonly sources: SettingSources;
  /** As they were given; for what is printed. Null: nobody gave one. */
  readonly texts: Readonly<Record<SettingKey, string | null>>;
}

/**
 * The settings of a deployment: the command line wins over the environment, that over the file.
 * @throws UsageError or CommandError which value can't be used.
 */
export function readSettings(given: SettingTexts): ReadSettings {
  const found = SETTING_KEYS.map((key) => [key, readOne(key, given)] as const);
  const pick = (part: "value" | "source" | "text"): object =>
    Object.fromEntries(found.map(([key, one]) => [key, one[part]]));
  return {
    values: pick("value") as Settings,
    sources: pick("source") as SettingSources,
    texts: pick("text") as ReadSettings["texts"],
  };
}

interface Found {
  readonly value: unknown;
  readonly source: string | null;
  readonly text: string | null;
}

function readOne(key: SettingKey, { flags, env, config }: SettingTexts): Found {
  const setting: Setting<unknown> = SETTINGS[key];
  const flag = setting.hasFlag ? flags[flagOf(key)] : undefined;
  if (flag !== undefined) return parse(setting, String(flag), `--${flagOf(key)}`, UsageError);
  // Compose files pass on what is not set as an empty text.
  const variable = env[setting.env]?.trim() || undefined;
  if (variable !== undefined) return parse(setting, variable, setting.env, CommandError);
  const text = config?.values.get(key);
  if (text !== undefined) return parse(setting, text, `${key} in ${config?.name}`, CommandError);
  return { value: setting.otherwise, source: null, text: null };
}

function parse(
  { parse: toValue }: Setting<unknown>,
  text: string,
  source: string,
  Failure: typeof UsageError | typeof CommandError,
): Found {
  try {
    return { value: toValue(text, source), source, text };
  } catch (error) {
    if (error instanceof BadSetting) throw new Failure(error.message);
    throw error;
  }
}
