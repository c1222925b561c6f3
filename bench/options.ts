import { parseArgs } from "node:util";
import { WORKLOADS, type WorkloadName } from "./load/workloads.ts";
import { PARTS, type Part } from "./parts/part-names.ts";
import { PEERS, type PeerName } from "./servers/server-names.ts";

export interface BenchOptions {
  readonly parts: readonly Part[];
  readonly peers: readonly PeerName[];
  readonly workloads: readonly WorkloadName[];
  readonly connections: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  /** Records in the table whose growth is measured, ascending. */
  readonly sizes: readonly number[];
  /** Records in the table of the other parts that measure the database alone. */
  readonly records: number;
  /** In the file that is imported. */
  readonly documents: number;
  readonly publish: boolean;
}

const SIZES = [1000, 10_000, 100_000, 1_000_000, 5_000_000] as const;
const RECORDS = 1_000_000;
const DOCUMENTS = 500_000;
/** What the largest range holds. */
const MIN_RECORDS = 1000;

export const HELP: string = `npm run bench -- [options]: measures Epigraph beside its peers, and its database alone

  --start, --memory, --rates, --soak   only these parts (default: all)
  --growth, --writers, --counter, --commits, --large, --drain, --import
  --upload, --streams, --inspector, --realtime
  --peers <names>                      of ${PEERS.join(",")} (default: all)
  --workloads <names>                  of ${WORKLOADS.join(",")} (default: all)
  --connections <numbers>              (default: 1,16,64)
  --rounds <n>                         (default: 5)
  --seconds <n>                        of each measurement (default: 2)
  --sizes <numbers>                    of records for --growth (default: ${SIZES.join(",")})
  --records <n>                        for --writers, --commits and --large (default: ${RECORDS})
  --documents <n>                      for --import (default: ${DOCUMENTS})
  --publish                            these parts, complete, in docs/BENCHMARKS.md
  --help`;

/** A command line that can't be carried out; the message says why. */
export class OptionsError extends Error {
  override readonly name = "OptionsError";
}

/** Reads the command line; null when it asks for help. */
export function readOptions(args: readonly string[]): BenchOptions | null {
  const flags = parse(args);
  if (flags.help === true) return null;
  const named = PARTS.filter((part) => flags[part] === true);
  const options = {
    parts: named.length === 0 ? PARTS : named,
    peers: readNames("--peers", flags.peers, PEERS),
    workloads: readNames("--workloads", flags.workloads, WORKLOADS),
    connections: flags.connections.split(",").map((text) => readNumber("--connections", text)),
    rounds: readNumber("--rounds", flags.rounds),
    seconds: readNumber("--seconds", flags.seconds),
    sizes: flags.sizes
      .split(",")
      .map((text) => readNumber("--sizes", text, MIN_RECORDS))
      .sort((a, b) => a - b),
    records: readNumber("--records", flags.records, MIN_RECORDS),
    documents: readNumber("--documents", flags.documents, MIN_RECORDS),
    publish: flags.publish === true,
  };
  if (options.publish) rejectPartial(options);
  return options;
}

const TEXT = { type: "string" } as const;
const SWITCH = { type: "boolean" } as const;
const PART_FLAGS = Object.fromEntries(PARTS.map((part) => [part, SWITCH])) as Record<Part, typeof SWITCH>;
const FLAGS = {
  ...PART_FLAGS,
  peers: { ...TEXT, default: PEERS.join() },
  workloads: { ...TEXT, default: WORKLOADS.join() },
  connections: { ...TEXT, default: "1,16,64" },
  rounds: { ...TEXT, default: "5" },
  seconds: { ...TEXT, default: "2" },
  sizes: { ...TEXT, default: SIZES.join() },
  records: { ...TEXT, default: String(RECORDS) },
  documents: { ...TEXT, default: String(DOCUMENTS) },
  publish: SWITCH,
  help: SWITCH,
} as const;

function parse(args: readonly string[]): ReturnType<typeof parseArgs<{ options: typeof FLAGS }>>["values"] {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (error) {
    throw new OptionsError((error as Error).message);
  }
}

/** Keeps the order of `known`: it is the order of measuring and of the tables. */
function readNames<T extends string>(flag: string, text: string, known: readonly T[]): readonly T[] {
  const names = text.split(",");
  const unknown = names.find((name) => !known.includes(name as T));
  if (unknown !== undefined) throw new OptionsError(`${flag} takes ${known.join(", ")}, not "${unknown}".`);
  return known.filter((name) => names.includes(name));
}

function readNumber(flag: string, text: string, least = 1): number {
  const number = /^\d{1,8}$/.test(text) ? Number(text) : 0;
  if (number >= least) return number;
  throw new OptionsError(`${flag} takes whole numbers from ${least}, not "${text}".`);
}

function rejectPartial(options: BenchOptions): void {
  const { peers, workloads, connections, rounds, sizes, records, documents } = options;
  const complete =
    peers.length === PEERS.length &&
    workloads.length === WORKLOADS.length &&
    [1, 16, 64].every((level) => connections.includes(level)) &&
    SIZES.every((size) => sizes.includes(size)) &&
    records >= RECORDS &&
    documents >= DOCUMENTS &&
    rounds >= 5;
  if (!complete) {
    throw new OptionsError("--publish needs whole parts, in 5 rounds or more: leave out what narrows them.");
  }
}
