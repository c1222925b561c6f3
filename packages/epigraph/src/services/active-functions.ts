import type { ActivePush, Catalogue } from "../database/catalogue/catalogue.ts";

export type ActiveFunctionType = "Query" | "Mutation" | "Action";

/** The functions of the code that runs, by the paths of their modules and their names. */
type ActiveModules = ReadonlyMap<string, ReadonlyMap<string, ActiveFunctionType>>;

const parsed = new WeakMap<ActivePush, ActiveModules>();

/**
 * What the function at a path is now, in the code of a component.
 * @param path canonical, `dir/file.js:fn`.
 * @returns its type; or why there is none, for the developer.
 */
export function findActiveFunction(
  catalogue: Catalogue,
  component: string,
  path: string,
): { readonly type: ActiveFunctionType } | { readonly missing: string } {
  const colon = path.lastIndexOf(":");
  const [file, name] = [path.slice(0, colon), path.slice(colon + 1)];
  const push = catalogue.activePush(component);
  const type = push === null ? undefined : modulesOf(push).get(file)?.get(name);
  if (type !== undefined) return { type };
  const isModule = push?.modules.some((module) => module.path === file) === true;
  return {
    missing: isModule
      ? `Couldn't find "${name}" in module "${file}".`
      : `Couldn't find JavaScript module '${file}'. Did you forget to run \`npx convex dev\`?`,
  };
}

/** Once for each push that is asked for: the text may be long. */
function modulesOf(push: ActivePush): ActiveModules {
  let modules = parsed.get(push);
  if (modules === undefined) {
    const json = JSON.parse(push.functions) as Readonly<
      Record<
        string,
        { readonly functions: readonly { readonly name: string; readonly udfType: ActiveFunctionType }[] }
      >
    >;
    modules = new Map(
      Object.entries(json).map(([file, { functions }]) => [
        file,
        new Map(functions.map(({ name, udfType }) => [name, udfType])),
      ]),
    );
    parsed.set(push, modules);
  }
  return modules;
}
