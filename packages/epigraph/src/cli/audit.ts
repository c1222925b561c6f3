import { askSystem, findConnection, type Target } from "./connection.ts";
import type { CliIo } from "./io.ts";
import { liveResults } from "./live-results.ts";
import { makePaint, type Paint } from "./paint.ts";
import { plainText } from "./plain-text.ts";

export interface AuditOptions {
  readonly target: Target;
  /** How many of the newest entries are shown. */
  readonly limit: number;
  readonly isFollowing: boolean;
  readonly isJson: boolean;
}

interface Entry {
  readonly _id: string;
  /** Milliseconds. */
  readonly _creationTime: number;
  /** Name of the key. */
  readonly author: string;
  readonly action: string;
  readonly metadata: object;
}

const PATH = "_system/epigraph/auditLog";
/** More is not done between two looks. */
const FOLLOWED = 1000;

/** Shows what was done with admin keys, the oldest first; following, until interrupted. @throws CommandError */
export async function runAudit(options: AuditOptions, io: CliIo): Promise<number> {
  const { target, limit, isFollowing } = options;
  const connection = findConnection(target, io);
  const paint = makePaint(io.color);
  const show = (entries: readonly Entry[]): void => {
    for (const entry of entries.toReversed()) io.stdout(format(entry, options, paint));
  };
  if (!isFollowing) {
    show((await askSystem(connection, PATH, { limit }, io.signal)) as readonly Entry[]);
    return 0;
  }
  let last: string | null = null;
  const results = liveResults(connection, PATH, { limit: Math.max(limit, FOLLOWED) }, io.signal);
  for await (const result of results) {
    const entries = result as readonly Entry[];
    const known = entries.findIndex(({ _id }) => _id === last);
    show(entries.slice(0, last === null ? limit : known === -1 ? entries.length : known));
    last = entries[0]?._id ?? last;
  }
  return 0;
}

function format(entry: Entry, { isJson }: AuditOptions, paint: Paint): string {
  if (isJson) return `${JSON.stringify(entry)}\n`;
  const { _creationTime, author, action, metadata } = entry;
  const details = Object.keys(metadata).length === 0 ? "" : ` ${plainText(JSON.stringify(metadata))}`;
  const time = paint("dim", new Date(_creationTime).toISOString());
  return `${time} ${paint("cyan", plainText(author))} ${action}${details}\n`;
}
