import { ActionRealm } from "./action-realm.ts";
import type { Code } from "./code.ts";
import type { TransactionRunnerParts } from "./transaction-parts.ts";

/** The realms that actions share, more of them as more actions run. */
export class ActionRealms {
  readonly #parts: TransactionRunnerParts;
  #realms: ActionRealm[] = [];

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
    if (free !== undefined) return free;
    const { effects, instanceName, slices, realmScript } = this.#parts;
    const realm = new ActionRealm({
      code,
      effects,
      instanceName,
      slices,
      onEvent: () => this.#parts.newest.renew(),
      // Those that follow hold mostly what waits: work comes to the first as long as there is room in it.
      isBusy: !this.#realms.some((other) => other.code === code),
      script: realmScript,
    });
    this.#realms.push(realm);
    return realm;
  }

  /** Collects the garbage of realms in which nothing waits: collecting takes some room, which an action may have used up. */
  collect(): void {
    for (const realm of this.#realms) if (realm.isIdle) realm.collect();
  }

  dispose(): void {
    for (const realm of this.#realms) realm.dispose();
    this.#realms = [];
  }
}
