import { Client, type Outcome } from "./client.ts";
import type { Ledger } from "./ledger.ts";

/** Each kind of write from as many clients, beside those that only read. */
const WRITERS_OF_A_KIND = 6;
const READERS = 4;
const LISTS = 3;

export interface Load {
  /** Resolves when every client has noticed that the server is gone. @throws Error a reader saw what must never be. */
  readonly ended: Promise<unknown>;
  stop(): void;
}

/**
 * Writes and reads without a pause until the server is gone, from 22 clients at once.
 * @param prefix what all keys of this load start with.
 */
export function startLoad(api: string, prefix: string, ledger: Ledger, random: () => number): Load {
  const client = new Client(api);
  let isStopped = false;
  const any = (count: number): number => Math.floor(random() * count);

  const repeat = async (run: (turn: number) => Promise<Outcome>): Promise<void> => {
    for (let turn = 0; !isStopped; turn++) {
      if ((await run(turn)).type === "unknown") isStopped = true;
    }
  };
  const writers = Array.from({ length: WRITERS_OF_A_KIND }, (_, writer) => {
    const keyOf = (kind: string, turn: number): string => `${prefix}${kind}${writer}-${turn}`;
    return [
      repeat(async (turn) => {
        const from = any(ledger.accounts);
        const to = (from + 1 + any(ledger.accounts - 1)) % ledger.accounts;
        const transfer = { key: keyOf("t", turn), from, to, amount: 1 + any(9) };
        return ledger.transfers.record(
          transfer.key,
          await client.call("mutation", "bank:transfer", transfer),
        );
      }),
      repeat(async (turn) => {
        const key = keyOf("p", turn);
        return ledger.pairs.record(key, await client.call("mutation", "bank:insertPair", { key }));
      }),
      repeat(async (turn) => {
        const key = keyOf("a", turn);
        const args = { name: `${prefix}${any(LISTS)}`, key };
        return ledger.appends.record(key, await client.call("mutation", "bank:append", args));
      }),
    ];
  });
  const readers = Array.from({ length: READERS }, () =>
    repeat(async () => {
      const outcome = await client.call("query", "bank:balances", {});
      if (outcome.type === "done") ledger.checkTotal(outcome.value as number[]);
      return outcome;
    }),
  );
  return {
    ended: Promise.all([...writers.flat(), ...readers]).finally(() => client.close()),
    stop() {
      isStopped = true;
    },
  };
}
