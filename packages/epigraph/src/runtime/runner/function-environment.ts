import type { Catalogue } from "../../database/catalogue/catalogue.ts";

/** Variables as functions of a catalogue see them: those that the host sets go over those of the app. */
export function environmentOf(
  { environment }: Catalogue,
  builtIn: Readonly<Record<string, string>>,
): (name: string) => string | undefined {
  return (name) => builtIn[name] ?? environment.get(name);
}

/** The same, all at once. */
export function variablesOf(
  { environment }: Catalogue,
  builtIn: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return { ...Object.fromEntries(environment), ...builtIn };
}
