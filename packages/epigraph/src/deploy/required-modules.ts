import { posix } from "node:path";

/** What a module in wrapper form requires, at whatever time: as esbuild writes it, however deep it stands. */
export function requiredSpecifiers(source: string): readonly string[] {
  return Array.from(source.matchAll(/\brequire\("([^"]+)"\)/g), ([, specifier]) => specifier as string);
}

export function isSdk(specifier: string): boolean {
  return specifier === "convex/server" || specifier === "convex/values";
}

/** The path of the module that one of them means, unless it is the SDK. */
export function resolvePath(importer: string, specifier: string): string {
  return posix.join(posix.dirname(importer), specifier);
}
