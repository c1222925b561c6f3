import { type Dependency, DependencyGraph } from "./dependency-graph.ts";
import type { History, TransactionRecord } from "./history.ts";
import { type Observations, observe, type Version } from "./observations.ts";
import { addRealTime } from "./real-time.ts";

/** Something that no order of transactions could explain, told in one line. */
export interface Problem {
  readonly anomaly: string;
  readonly why: string;
}

export interface Inferred {
  readonly graph: DependencyGraph;
  readonly problems: readonly Problem[];
}

interface Writer {
  readonly transaction: number;
  readonly isAborted: boolean;
  readonly isCommitted: boolean;
  /** The transaction wrote to the object again. */
  readonly isIntermediate: boolean;
}

interface Reader {
  readonly transaction: number;
  readonly version: Version;
}

/** Versions of one object: who wrote them, which replaced which, and who saw them. */
interface ObjectVersions {
  readonly writers: Map<number, Writer>;
  readonly next: Map<Version, Version[]>;
  readonly readers: Reader[];
  readonly lists: { readonly transaction: number; readonly values: readonly number[] }[];
}

/** Reads the order of versions, and from it that of transactions, out of what clients saw. */
export function inferDependencies(history: History): Inferred {
  const problems: Problem[] = [];
  const objects = new Map<string, ObjectVersions>();
  const at = (object: string): ObjectVersions => {
    let versions = objects.get(object);
    if (versions === undefined) {
      versions = { writers: new Map(), next: new Map(), readers: [], lists: [] };
      objects.set(object, versions);
    }
    return versions;
  };
  for (const record of history) collect(record, observe(record), at, problems);
  const graph = new DependencyGraph();
  for (const [object, versions] of objects) {
    orderList(object, versions, problems);
    checkReads(object, versions, problems);
    addDependencies(graph, object, versions);
  }
  addRealTime(graph, history);
  return { graph, problems };
}

function collect(
  { id, outcome }: TransactionRecord,
  { writes, rolledBack, lists, registers, contradictions }: Observations,
  at: (object: string) => ObjectVersions,
  problems: Problem[],
): void {
  for (const { object, value } of rolledBack) {
    at(object).writers.set(value, {
      transaction: id,
      isAborted: true,
      isCommitted: false,
      isIntermediate: false,
    });
  }
  const last = new Map<string, number>(writes.map(({ object, value }) => [object, value]));
  for (const { object, value } of writes) {
    at(object).writers.set(value, {
      transaction: id,
      isAborted: outcome === "thrown" || outcome === "refused",
      isCommitted: outcome === "committed",
      isIntermediate: last.get(object) !== value,
    });
  }
  // Nobody was told what it saw.
  if (outcome === "unknown" || outcome === "refused") return;
  for (const why of contradictions) problems.push({ anomaly: "internal", why });
  for (const { object, values } of lists) {
    at(object).lists.push({ transaction: id, values });
    at(object).readers.push({ transaction: id, version: values.at(-1) ?? null });
  }
  for (const { object, value } of registers) {
    at(object).readers.push({ transaction: id, version: value });
    let replaced: Version = value;
    for (const write of writes) {
      if (write.object !== object || outcome !== "committed") continue;
      follow(at(object), replaced, write.value);
      replaced = write.value;
    }
  }
}

function follow({ next }: ObjectVersions, version: Version, following: number): void {
  const others = next.get(version);
  if (others === undefined) next.set(version, [following]);
  else others.push(following);
}

/** The longest list that was seen is the order of its elements; what else was committed came behind them. */
function orderList(object: string, versions: ObjectVersions, problems: Problem[]): void {
  const { lists, writers } = versions;
  if (lists.length === 0) return;
  const longest = lists.reduce((a, b) => (b.values.length > a.values.length ? b : a));
  const seen = new Set(longest.values);
  if (seen.size < longest.values.length) {
    problems.push({
      anomaly: "duplicate",
      why: `T${longest.transaction} read ${object} as [${longest.values.join(" ")}], with an element twice`,
    });
  }
  for (const { transaction, values } of lists) {
    if (values.every((value, i) => value === longest.values[i])) continue;
    problems.push({
      anomaly: "incompatible order",
      why: `T${transaction} read ${object} as [${values.join(" ")}], T${longest.transaction} as [${longest.values.join(" ")}]: neither is a beginning of the other`,
    });
  }
  longest.values.forEach((value, i) => {
    follow(versions, longest.values[i - 1] ?? null, value);
  });
  const end = longest.values.at(-1) ?? null;
  for (const [value, { isCommitted }] of writers) {
    if (isCommitted && !seen.has(value)) follow(versions, end, value);
  }
}

function checkReads(object: string, { writers, readers, lists }: ObjectVersions, problems: Problem[]): void {
  const check = (transaction: number, value: number): void => {
    const writer = writers.get(value);
    if (writer === undefined) {
      problems.push({
        anomaly: "garbage read",
        why: `T${transaction} read ${value} in ${object}, which nobody wrote`,
      });
    } else if (writer.isAborted) {
      problems.push({
        anomaly: "G1a (aborted read)",
        why: `T${transaction} read ${value} in ${object}, which T${writer.transaction} wrote and never committed`,
      });
    }
  };
  for (const { transaction, values } of lists) for (const value of values) check(transaction, value);
  for (const { transaction, version } of readers) {
    if (version === null) continue;
    if (lists.length === 0) check(transaction, version);
    const writer = writers.get(version);
    if (writer === undefined || !writer.isIntermediate || writer.transaction === transaction) continue;
    problems.push({
      anomaly: "G1b (intermediate read)",
      why: `T${transaction} saw ${object} at ${version}, and T${writer.transaction}, who wrote that, had not finished`,
    });
  }
}

function addDependencies(
  graph: DependencyGraph,
  object: string,
  { writers, next, readers }: ObjectVersions,
): void {
  const add = (kind: Dependency["kind"], from: number, to: number, why: string): void =>
    graph.add({ from, to, kind, object, why });
  const writerOf = (version: Version): number | null => {
    const writer = version === null ? undefined : writers.get(version);
    return writer === undefined || writer.isAborted ? null : writer.transaction;
  };
  for (const [version, following] of next) {
    const writer = writerOf(version);
    if (writer === null) continue;
    for (const value of following) {
      const to = writerOf(value);
      if (to !== null) add("ww", writer, to, `wrote ${version} to ${object}, followed by ${value} of T${to}`);
    }
  }
  for (const { transaction, version } of readers) {
    const writer = writerOf(version);
    if (writer !== null)
      add("wr", writer, transaction, `wrote ${version} to ${object}, which T${transaction} saw`);
    for (const value of next.get(version) ?? []) {
      const to = writerOf(value);
      const saw = version === null ? "without anything" : `at ${version}`;
      if (to !== null) add("rw", transaction, to, `saw ${object} ${saw}, not yet with ${value} of T${to}`);
    }
  }
}
