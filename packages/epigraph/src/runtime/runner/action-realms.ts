import { ActionRealm } from "./action-realm.ts";
import type { Code } from "./code.ts";
import type { TransactionRunnerParts } from "./transaction-parts.ts";

/** How often is looked for realms that nobody has needed since. */
const SPARE_AFTER_MS = 30_000;

/** The realms that actions share: more of them as more actions run, and fewer again once fewer do. */
export class ActionRealms {
  readonly #parts: TransactionRunnerParts;
  /** Work goes to the first that has room. */
  #realms: ActionRealm[] = [];
  /** Those behind the first that were given work since the last look. */
  readonly #needed = new Set<ActionRealm>();
  #stopLooking: (() => void) | null = null;

  constructor(parts: TransactionRunnerParts) {
    this.#parts = parts;
  }

  /** A realm of this code with room; those of older code, and spoiled ones, go once their actions have ended. */
  get(code: Code): ActionRealm {
    this.#realms = this.#realms.filter((realm) => {
      if (realm.isDisposed) return false;
      if ((realm.code === code && !realm.isSpoiled) || !realm.isIdle) return true;
      realm.dispose();
      return false;
    });
    const free = this.#realms.find((realm) => realm.code === code && realm.hasRoom());
    if (free !== undefined) {
      if (free !== this.#realms[0]) this.#needed.add(free);
      return free;
    }
    const { effects, instanceName, slices, timeLimits, realmScript } = this.#parts;
    const realm = new ActionRealm({
      code,
      effects,
      instanceName,
      slices,
      limitMs: timeLimits.actionMs,
      onEvent: () => this.#parts.newest.renew(),
      // Those that follow hold mostly what waits: work comes to the first as long as there is room in it.
      isBusy: !this.#realms.some((other) => other.code === code),
      script: realmScript,
    });
    this.#realms.push(realm);
    if (this.#realms.length > 1) {
      this.#needed.add(realm);
      this.#lookLater();
    }
    return realm;
  }

  #lookLater(): void {
    this.#stopLooking ??= this.#parts.effects.setTimer(() => {
      this.#stopLooking = null;
      this.#disposeSpare();
      if (this.#realms.length > 1) this.#lookLater();
    }, SPARE_AFTER_MS);
  }

  #disposeSpare(): void {
    const [first] = this.#realms;
    this.#realms = this.#realms.filter((realm) => {
      if (realm === first || !realm.isIdle || this.#needed.has(realm)) return true;
      realm.dispose();
      return false;
    });
    this.#needed.clear();
  }

  /** Collects the garbage of realms in which nothing waits: collecting takes some room, which an action may have used up. */
  collect(): void {
    for (const realm of this.#realms) if (realm.isIdle) realm.collect();
  }

  dispose(): void {
    this.#stopLooking?.();
    for (const realm of this.#realms) realm.dispose();
    this.#realms = [];
  }
}
