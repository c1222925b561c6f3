import { type RandomValues, randomValues } from "../../src/values/testing/random-value.ts";
import type { Command } from "./app/convex/commands.ts";
import type { History, TransactionRecord } from "./checker/history.ts";
import { type Objects, RandomCommands } from "./random-commands.ts";
import type { Answer, Target } from "./target.ts";

export interface WorkloadOptions {
  readonly seed: number;
  readonly transactionsPerClient: number;
}

/** One client for each target, all at once on a few objects that are new; then one transaction that reads everything. */
export async function runWorkload(
  targets: readonly [Target, ...Target[]],
  { seed, transactionsPerClient }: WorkloadOptions,
): Promise<History> {
  const [observer] = targets;
  const objects = await makeObjects(observer, seed);
  const history: TransactionRecord[] = [];
  let values = 0;
  const record = async (client: number, transact: () => Promise<Answer>): Promise<void> => {
    const invokedMs = performance.now();
    const answer = await transact();
    history.push({ id: history.length, client, invokedMs, completedMs: performance.now(), ...answer });
  };
  await Promise.all(
    targets.map(async (target, client) => {
      const random = randomValues(seed * 1_000 + client);
      const commands = new RandomCommands(random, objects, () => ++values);
      for (let i = 0; i < transactionsPerClient; i++) {
        await record(client, () => transact(target, random, commands));
      }
    }),
  );
  await record(targets.length, () => observer.look(readEverything(objects)));
  await observer.clear();
  return history;
}

function transact(target: Target, random: RandomValues, commands: RandomCommands): Promise<Answer> {
  switch (random.below(10)) {
    case 0:
      return target.lookTwice(commands.reads(), commands.reads());
    case 1:
    case 2:
      return target.look(commands.reads());
    default:
      return target.run(commands.writes(), commands.oneIn(8));
  }
}

async function makeObjects(target: Target, seed: number): Promise<Objects> {
  const named = (kind: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${kind}/${seed}.${i}`);
  const documents = named("document", 2);
  const ids = await target.setUp(documents);
  return {
    lists: [
      ...documents.map((object, i) => ({ object, id: ids[i] as string })),
      ...[...named("named", 2), ...named("rows", 4)].map((object) => ({ object, id: null })),
    ],
    registers: named("register", 3),
  };
}

function readEverything({ lists, registers }: Objects): Command[] {
  return [
    ...lists.map((list) => ({ type: "readList" as const, ...list, how: "index" as const })),
    ...registers.map((object) => ({ type: "readRegister" as const, object })),
  ];
}
