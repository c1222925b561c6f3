import { EpigraphError } from "../errors/epigraph-error.ts";

export interface Client {
  readonly name: string;
  readonly version: readonly [number, number, number] | null;
}

const OLDEST: Readonly<Record<string, readonly [number, number, number]>> = {
  npm: [0, 19, 1],
  "npm-cli": [0, 19, 1],
  actions: [0, 19, 1],
  python: [0, 0, 2],
  rust: [0, 0, 1],
};

/** Parses `Convex-Client: <name>-<semver>`. @throws EpigraphError when it can't be, or names a client that is too old. */
export function parseClient(header: string | undefined): Client | null {
  if (header === undefined) return null;
  if (!header.includes("-"))
    throw new EpigraphError("InvalidClientVersion", `Failed to parse client version string: '${header}'`);
  const match = /^(.+?)-((\d+)\.(\d+)\.(\d+)(?:[-+].*)?)$/.exec(header);
  const name = (match?.[1] ?? header.slice(0, header.indexOf("-"))).toLowerCase();
  const version = match === null ? null : ([Number(match[3]), Number(match[4]), Number(match[5])] as const);
  const oldest = OLDEST[name];
  if (oldest !== undefined && (version === null || !isNewer(version, oldest))) {
    throw new EpigraphError(
      "ClientVersionUnsupported",
      `The client ${header} is too old for this server. Update the package and try again.`,
    );
  }
  return { name, version };
}

export function isNewer(
  version: readonly [number, number, number],
  than: readonly [number, number, number],
): boolean {
  for (let i = 0; i < 3; i++) {
    const [a, b] = [version[i] as number, than[i] as number];
    if (a !== b) return a > b;
  }
  return false;
}
