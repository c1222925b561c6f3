import { EpigraphError } from "../errors/epigraph-error.ts";

export type AdmissionKind = "query" | "mutation" | "action";

export interface AdmissionLimits {
  /** How many may run at once. */
  readonly concurrent: Readonly<Record<AdmissionKind, number>>;
  /** How long one more waits for a place. */
  readonly waitMs: Readonly<Record<AdmissionKind, number>>;
}

export const DEFAULT_ADMISSION_LIMITS: AdmissionLimits = {
  concurrent: { query: 256, mutation: 256, action: 1024 },
  waitMs: { query: 5_000, mutation: 5_000, action: 10_000 },
};

const NAMES: Readonly<Record<AdmissionKind, string>> = {
  query: "queries",
  mutation: "mutations",
  action: "actions",
};

/** Lets only so many functions of a kind run at once; others wait for a while, in order. */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #running: Record<AdmissionKind, number> = { query: 0, mutation: 0, action: 0 };
  readonly #waiting: Readonly<Record<AdmissionKind, Set<() => void>>> = {
    query: new Set(),
    mutation: new Set(),
    action: new Set(),
  };

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /**
   * Runs `work` once there is a place for it.
   * @param isPatient it waits for as long as it takes.
   * @throws EpigraphError `TooManyConcurrentRequests` when none became free in time.
   */
  async run<T>(kind: AdmissionKind, work: () => Promise<T>, isPatient = false): Promise<T> {
    if (this.#running[kind] < this.#limits.concurrent[kind]) this.#running[kind]++;
    else await this.#wait(kind, isPatient);
    try {
      return await work();
    } finally {
      // The place goes to whoever waits longest, without becoming free in between.
      const [next] = this.#waiting[kind];
      if (next === undefined) this.#running[kind]--;
      else next();
    }
  }

  /** How many run and wait now. */
  state(kind: AdmissionKind): { readonly running: number; readonly waiting: number } {
    return { running: this.#running[kind], waiting: this.#waiting[kind].size };
  }

  #wait(kind: AdmissionKind, isPatient: boolean): Promise<void> {
    const waiting = this.#waiting[kind];
    return new Promise((resolve, reject) => {
      const admit = (): void => {
        if (timer !== null) clearTimeout(timer);
        waiting.delete(admit);
        resolve();
      };
      const giveUp = (): void => {
        waiting.delete(admit);
        reject(tooMany(kind, this.#limits.concurrent[kind]));
      };
      const timer = isPatient ? null : setTimeout(giveUp, this.#limits.waitMs[kind]);
      waiting.add(admit);
    });
  }
}

function tooMany(kind: AdmissionKind, limit: number): EpigraphError {
  return new EpigraphError(
    "TooManyConcurrentRequests",
    `Too many concurrent requests. Your backend is limited to ${limit} concurrent ${NAMES[kind]}. Call again later.`,
  );
}
