import { SqliteDraft } from "../../sqlite/sqlite-draft.ts";
import type { Draft, DraftTarget, Store } from "../../store.ts";
import type { RemoteHost } from "./remote-host.ts";
import type { RemoteGreeting } from "./remote-messages.ts";
import { RemoteSnapshots } from "./remote-snapshots.ts";
import { RemoteWriter } from "./remote-writer.ts";

export interface RemoteStoreOptions {
  /** What each message waits on its way, as in a network; fractions count. */
  readonly latencyMs?: number;
  /** How long an answer is waited for. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;

/**
 * A store as a database behind a network would be, for proofs and tests: SQLite in another thread, synchronous calls
 * that wait for their answers, a latency for each, reads ahead. What is above can't tell it from another.
 */
export class RemoteStore implements Store {
  readonly #host: RemoteHost;
  readonly #folder: string;
  readonly #options: RemoteStoreOptions;

  /** @param folder exists. */
  constructor(host: RemoteHost, folder: string, options: RemoteStoreOptions = {}) {
    this.#host = host;
    this.#folder = folder;
    this.#options = options;
  }

  openWriter(): RemoteWriter {
    return new RemoteWriter(this.#connect("writer"));
  }

  openSnapshots(): RemoteSnapshots {
    return new RemoteSnapshots(this.#connect("snapshots"));
  }

  /** In a file that the other side reads, as both are of one machine. */
  createDraft(path: string, target: DraftTarget): Draft {
    return new SqliteDraft(path, target);
  }

  #connect(side: RemoteGreeting["side"]): ReturnType<RemoteHost["connect"]> {
    const { latencyMs = 0, timeoutMs = TIMEOUT_MS } = this.#options;
    return this.#host.connect({ folder: this.#folder, side, latencyMs }, timeoutMs);
  }
}
