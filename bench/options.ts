import { parseArgs } from "node:util";
import { WORKLOADS, type WorkloadName } from "./load/workloads.ts";
import { PEERS, type PeerName } from "./servers/server-names.ts";

/** The parts of the benchmark, in the order in which they run. */
export const PARTS = ["start", "memory", "rates", "soak"] as const;

export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  readonly parts: readonly Part[];
  readonly peers: readonly PeerName[];
  readonly workloads: readonly WorkloadName[];
  readonly connections: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly publish: boolean;
}

export const HELP: string = `npm run bench -- [options]: measures Epigraph beside its peers

  --start, --memory, --rates, --soak   only these parts (default: all)
  --peers <names>                      of ${PEERS.join(",")} (default: all)
  --workloads <names>                  of ${WORKLOADS.join(",")} (default: all)
  --connections <numbers>              (default: 1,16,64)
  --rounds <n>                         (default: 5)
  --seconds <n>                        of each measurement (default: 2)
  --publish                            everything, then write docs/BENCHMARKS.md
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
    publish: flags.publish === true,
  };
  if (options.publish) rejectPartial(options);
  return options;
}

const TEXT = { type: "string" } as const;
const SWITCH = { type: "boolean" } as const;
const FLAGS = {
  start: SWITCH,
  memory: SWITCH,
  rates: SWITCH,
  soak: SWITCH,
  peers: { ...TEXT, default: PEERS.join() },
  workloads: { ...TEXT, default: WORKLOADS.join() },
  connections: { ...TEXT, default: "1,16,64" },
  rounds: { ...TEXT, default: "5" },
  seconds: { ...TEXT, default: "2" },
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

function readNumber(flag: string, text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text))
    throw new OptionsError(`${flag} takes whole numbers from 1, not "${text}".`);
  return Number(text);
}

function rejectPartial({ parts, peers, workloads, connections, rounds }: BenchOptions): void {
  const complete =
    parts.length === PARTS.length &&
    peers.length === PEERS.length &&
    workloads.length === WORKLOADS.length &&
    [1, 16, 64].every((level) => connections.includes(level)) &&
    rounds >= 5;
  if (!complete) {
    throw new OptionsError(
      "--publish needs everything measured, in 5 rounds or more: leave out what narrows the run.",
    );
  }
}
