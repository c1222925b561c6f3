import { EpigraphError } from "../errors/epigraph-error.ts";

/** Who sent a request, as the `Convex-Client` header says; a request without one is from a modern, unknown client. */
export interface Client {
  /** Lower case, like `npm` or `python`. */
  readonly name: string;
  /** Null when the header has no part that is a version. */
  readonly version: SemanticVersion | null;
}

interface SemanticVersion {
  readonly numbers: readonly [number, number, number];
  readonly isPrerelease: boolean;
}

type VersionTable = Readonly<Record<string, readonly [number, number, number]>>;

/** Newest versions that are refused. */
const UNSUPPORTED: VersionTable = {
  npm: [0, 19, 1],
  "npm-cli": [0, 19, 1],
  actions: [0, 19, 1],
  python: [0, 0, 2],
  rust: [0, 0, 1],
};
/** Newest versions that are served, but told to update. */
const DEPRECATED: VersionTable = { python: [0, 2, 0] };
/** The first versions that expect clean JSON where a request names no format. */
const CLEAN_JSON_SINCE: VersionTable = {
  npm: [1, 4, 1],
  "npm-cli": [1, 4, 1],
  actions: [1, 4, 1],
  python: [0, 5, 0],
};

/** The first versions that put a long Transition together from pieces. */
const CHUNKS_SINCE: VersionTable = { npm: [1, 28, 0] };

const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z.-]+)?$/;

/**
 * Takes a header apart. The longest part on the right of a hyphen that is a version is the version, what is before it
 * the name, so that `npm-cli-1.48.0` and `python-0.7.0-a1` both read as meant.
 * @throws EpigraphError `InvalidClientVersion`
 */
export function parseClient(header: string): Client {
  let hyphen = header.indexOf("-");
  if (hyphen === -1) {
    throw new EpigraphError(
      "InvalidClientVersion",
      `Failed to parse client version string: '${header}' is not a name and a version joined by a hyphen`,
    );
  }
  const firstPart = header.slice(0, hyphen);
  for (; hyphen !== -1; hyphen = header.indexOf("-", hyphen + 1)) {
    const version = parseVersion(header.slice(hyphen + 1));
    if (version !== null) return { name: header.slice(0, hyphen).toLowerCase(), version };
  }
  return { name: firstPart.toLowerCase(), version: null };
}

/**
 * The client whose version stands in the path that npm's library connects to.
 * @throws EpigraphError `InvalidVersion`
 */
export function npmClient(text: string): Client {
  const version = parseVersion(text);
  if (version === null) {
    throw new EpigraphError(
      "InvalidVersion",
      `Failed to parse client version: '${text}' is not a version like 1.48.0`,
    );
  }
  return { name: "npm", version };
}

/** Whether a long Transition may come to the client in pieces. */
export function takesChunks(client: Client | null): boolean {
  const since = client === null ? null : tableEntry(CHUNKS_SINCE, client);
  return since !== null && client?.version != null && compareNumbers(client.version.numbers, since) >= 0;
}

export type ClientSupport =
  | { readonly state: "supported" }
  | { readonly state: "UpgradeRequired" | "Unsupported"; readonly message: string };

const SUPPORTED: ClientSupport = { state: "supported" };

/** Whether this server still serves the client. */
export function clientSupport(client: Client): ClientSupport {
  const unsupported = tableEntry(UNSUPPORTED, client);
  if (unsupported === null) return SUPPORTED;
  if (client.version === null) {
    return {
      state: "Unsupported",
      message: `The version of the ${client.name} client cannot be read, and this server only works with known ones. Update the client.`,
    };
  }
  if (isAtMost(client.version, unsupported)) {
    return {
      state: "Unsupported",
      message: `The ${client.name} client is too old for this server: versions up to ${unsupported.join(".")} are no longer supported. Update the client.`,
    };
  }
  const deprecated = tableEntry(DEPRECATED, client);
  if (deprecated !== null && isAtMost(client.version, deprecated)) {
    return {
      state: "UpgradeRequired",
      message: `Versions of the ${client.name} client up to ${deprecated.join(".")} will stop working with a coming version of this server. Update the client.`,
    };
  }
  return SUPPORTED;
}

/** Whether the client comes from the time when values were lossless JSON unless a request said otherwise. */
export function expectsEncodedJson(client: Client | null): boolean {
  if (client === null || client.version === null) return false;
  const since = tableEntry(CLEAN_JSON_SINCE, client);
  if (since === null) return false;
  const order = compareNumbers(client.version.numbers, since);
  return order < 0 || (order === 0 && client.version.isPrerelease);
}

/** The entry of a client's name; names come from outside and may be those of an object's own methods. */
function tableEntry(table: VersionTable, { name }: Client): readonly [number, number, number] | null {
  return Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}

function parseVersion(text: string): SemanticVersion | null {
  const match = VERSION.exec(text);
  if (match === null) return null;
  return {
    numbers: [Number(match[1]), Number(match[2]), Number(match[3])],
    isPrerelease: match[4] !== undefined,
  };
}

/** A prerelease comes before its release, so equal numbers are enough. */
function isAtMost(version: SemanticVersion, bound: readonly [number, number, number]): boolean {
  return compareNumbers(version.numbers, bound) <= 0;
}

function compareNumbers(a: SemanticVersion["numbers"], b: SemanticVersion["numbers"]): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
