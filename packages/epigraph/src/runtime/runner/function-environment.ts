import type { Catalogue } from "../../database/catalogue/catalogue.ts";

type Variables = Readonly<Record<string, string>>;

/*
 * The host's own variables are where the deployment is reached, as its settings say. Apps can't set them; an operator may
 * have others stand in for them, which are kept among the app's.
 */

/** Variables as functions of a catalogue see them. */
export function environmentOf(
  { environment }: Catalogue,
  builtIn: Variables,
): (name: string) => string | undefined {
  return (name) => environment.get(name) ?? builtIn[name];
}

/** The same, all at once. */
export function variablesOf({ environment }: Catalogue, builtIn: Variables): Variables {
  return { ...builtIn, ...Object.fromEntries(environment) };
}

/** The host's own ones alone. */
export function hostVariablesOf({ environment }: Catalogue, builtIn: Variables): Variables {
  return Object.fromEntries(
    Object.entries(builtIn).map(([name, value]) => [name, environment.get(name) ?? value]),
  );
}
