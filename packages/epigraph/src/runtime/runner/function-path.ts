/** `messages.js:list` as developers write it: `messages:list`. */
export function displayPath(path: string): string {
  return path.replace(/\.js:/, ":").replace(/:default$/, "");
}

export function splitPath(path: string): readonly [module: string, name: string] {
  const colon = path.lastIndexOf(":");
  return [path.slice(0, colon), path.slice(colon + 1)];
}
