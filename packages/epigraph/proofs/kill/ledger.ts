import type { Outcome } from "./client.ts";

/** What the app's query `written` returns. */
export interface Written {
  readonly halves: readonly { readonly key: string; readonly side: string }[];
  readonly transfers: readonly {
    readonly key: string;
    readonly from: number;
    readonly to: number;
    readonly amount: number;
  }[];
  readonly appended: readonly string[];
}

/** The keys of one kind of write, by what their writers were told. */
export class Keys {
  readonly acknowledged: Set<string> = new Set();
  readonly refused: Set<string> = new Set();

  record(key: string, outcome: Outcome): Outcome {
    if (outcome.type === "done") this.acknowledged.add(key);
    else if (outcome.type === "refused") this.refused.add(key);
    return outcome;
  }
}

/** What the clients know: what must be stored, what must not, and what every reader must see at any instant. */
export class Ledger {
  readonly accounts: number;
  readonly #initial: number;
  transfers: Keys = new Keys();
  pairs: Keys = new Keys();
  appends: Keys = new Keys();
  /** Of accounts, by everything that was found stored so far. */
  readonly #balances: number[];
  acknowledged = 0;

  constructor(accounts: number, initial: number) {
    this.accounts = accounts;
    this.#initial = initial;
    this.#balances = new Array<number>(accounts).fill(initial);
  }

  /** Whether a write of each kind has been acknowledged since the last `settle`. */
  get hasEachKind(): boolean {
    return [this.transfers, this.pairs, this.appends].every(({ acknowledged }) => acknowledged.size > 0);
  }

  /** @throws Error when money was lost or made: half a transfer was seen. */
  checkTotal(balances: readonly number[]): void {
    const total = balances.reduce((sum, balance) => sum + balance, 0);
    if (balances.length === this.accounts && total === this.accounts * this.#initial) return;
    throw new Error(`${balances.length} accounts hold ${total}: half a transfer was seen.`);
  }

  /**
   * Compares all that a load wrote with what is stored, then forgets it.
   * @returns a sentence for each thing that is wrong.
   */
  settle({ halves, transfers, appended }: Written, balances: readonly number[]): readonly string[] {
    const problems: string[] = [];
    for (const { from, to, amount } of transfers) {
      this.#balances[from]! -= amount;
      this.#balances[to]! += amount;
    }
    balances.forEach((balance, account) => {
      if (balance === this.#balances[account]) return;
      problems.push(
        `Account ${account} has ${balance}, but its transfers make that ${this.#balances[account]}.`,
      );
      this.#balances[account] = balance;
    });
    const sides = Map.groupBy(halves, ({ key }) => key);
    for (const [key, found] of sides) {
      const what = found.map(({ side }) => side).join(" and ");
      if (what !== "left and right") problems.push(`Of pair ${key} there is ${what} alone.`);
    }
    problems.push(
      ...compare(
        "Transfer",
        this.transfers,
        transfers.map(({ key }) => key),
      ),
      ...compare("Pair", this.pairs, [...sides.keys()]),
      ...compare("Entry", this.appends, appended),
    );
    this.acknowledged += [this.transfers, this.pairs, this.appends].reduce(
      (sum, { acknowledged }) => sum + acknowledged.size,
      0,
    );
    this.transfers = new Keys();
    this.pairs = new Keys();
    this.appends = new Keys();
    return problems;
  }
}

function compare(what: string, { acknowledged, refused }: Keys, stored: readonly string[]): string[] {
  const found = new Set(stored);
  const problems: string[] = [];
  if (found.size < stored.length) problems.push(`${what}s are stored twice.`);
  for (const key of acknowledged.difference(found)) {
    problems.push(`${what} ${key} was acknowledged and is not there.`);
  }
  for (const key of refused.intersection(found)) {
    problems.push(`${what} ${key} was refused and is there.`);
  }
  return problems;
}
