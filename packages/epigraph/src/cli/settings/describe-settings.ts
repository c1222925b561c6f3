import type { ReadSettings } from "./read-settings.ts";
import { SETTING_KEYS, SETTINGS, type SettingKey } from "./settings.ts";

/** What is shown instead of a secret. */
const MASK = "********";

export interface DescribedSetting {
  readonly key: SettingKey;
  /** As it was given, or what it is unless given; secrets are masked. */
  readonly value: string;
  /** `--port`, `PORT`, `port in epigraph.config.ts`, or `default`. */
  readonly source: string;
}

/** The settings that a deployment starts with, in the order of the table; those of S3 only where they are given. */
export function describeSettings({ sources, texts }: ReadSettings): readonly DescribedSetting[] {
  return SETTING_KEYS.filter((key) => sources[key] !== null || SETTINGS[key].hasFlag).map((key) => {
    const { isSecret, shownDefault } = SETTINGS[key];
    const text = texts[key];
    return {
      key,
      value: text === null ? shownDefault : isSecret ? MASK : text,
      source: sources[key] ?? "default",
    };
  });
}

/** The same as lines for people. */
export function formatSettings(settings: ReadSettings): string {
  const lines = describeSettings(settings);
  const width = Math.max(...lines.map(({ key }) => key.length));
  return lines.map(({ key, value, source }) => `  ${key.padEnd(width)}  ${value} (${source})\n`).join("");
}
