import { checkHistory, type Verdict } from "./checker/check-history.ts";
import type { History, Outcome } from "./checker/history.ts";
import { httpTargets } from "./http-target.ts";
import { runWorkload } from "./workload.ts";

const CLIENTS = 16;
const TRANSACTIONS_PER_CLIENT = 40;

export interface Round extends Verdict {
  readonly outcomes: Readonly<Record<Outcome, number>>;
}

/** One round of the workload against the app of this proof, served at `api`, and what the checker says of it. */
export async function checkApp(api: string, seed: number): Promise<Round> {
  const history = await runWorkload(httpTargets(api, CLIENTS), {
    seed,
    transactionsPerClient: TRANSACTIONS_PER_CLIENT,
  });
  return { ...checkHistory(history), outcomes: countOutcomes(history) };
}

function countOutcomes(history: History): Record<Outcome, number> {
  const outcomes: Record<Outcome, number> = { committed: 0, thrown: 0, refused: 0, unknown: 0 };
  for (const { outcome } of history) outcomes[outcome]++;
  return outcomes;
}
