import { type LoadStep, StoreError } from "../../store/store.ts";

/** Work in short steps that somebody waits for. */
export interface Errand {
  readonly step: () => LoadStep;
  /** Lets go of what it holds. */
  readonly end: () => void;
  /** Waits until a full disk has room again, where it would fail otherwise. */
  readonly isPatient: boolean;
  /** What it fails with when the committer stops. */
  readonly stopped: () => Error;
}

interface AwaitedErrand extends Errand {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Errands, one after the other. */
export class Errands {
  readonly #all: AwaitedErrand[] = [];
  #isWaiting = false;

  get isEmpty(): boolean {
    return this.#all.length === 0;
  }

  /** Whether there is a step that can be done at once. */
  get isReady(): boolean {
    return this.#all.length > 0 && !this.#isWaiting;
  }

  add(errand: Errand): Promise<void> {
    return new Promise((resolve, reject) => this.#all.push({ ...errand, resolve, reject }));
  }

  /** A step of the first one. @throws StoreError what is not its own fault. */
  step(): void {
    const errand = this.#all[0];
    if (errand === undefined) return;
    this.#isWaiting = false;
    try {
      const state = errand.step();
      if (state === "done") this.#end(errand, null);
      else this.#isWaiting = state === "wait";
    } catch (error) {
      const isBroken = error instanceof StoreError && error.code === "StoreBroken";
      if (isBroken || errand.isPatient) throw error;
      this.#end(errand, error as Error);
    }
  }

  /** The disk is full. */
  giveUp(error: StoreError): void {
    for (const errand of this.#all.filter(({ isPatient }) => !isPatient)) this.#end(errand, error);
  }

  /** The committer stops. */
  close(): void {
    for (const errand of [...this.#all]) this.#end(errand, errand.stopped());
  }

  #end(errand: AwaitedErrand, error: Error | null): void {
    this.#all.splice(this.#all.indexOf(errand), 1);
    errand.end();
    if (error === null) errand.resolve();
    else errand.reject(error);
  }
}
