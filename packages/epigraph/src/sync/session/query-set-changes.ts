import type { LiveQueryChange } from "../live-query-set.ts";
import type { ClientMessage } from "../protocol/client-message.ts";

type ModifyQuerySet = Extract<ClientMessage, { readonly type: "ModifyQuerySet" }>;

/** What is wrong with a change; `text` where the client is told. */
export interface QuerySetFault {
  readonly text: string | null;
}

/** The query set as the client has described it so far, and what of it no update has taken up yet. */
export class QuerySetChanges {
  readonly #live = new Set<number>();
  #pending: LiveQueryChange[] = [];
  #version = 0;

  /** The last `newVersion`. */
  get version(): number {
    return this.#version;
  }

  /** Takes a message in. What is wrong with it ends the session, so it may be taken in by half. */
  modify({ baseVersion, newVersion, modifications }: ModifyQuerySet): QuerySetFault | null {
    if (baseVersion !== this.#version) {
      return {
        text: `Base version ${baseVersion} passed up doesn't match the current version ${this.#version}`,
      };
    }
    if (newVersion <= baseVersion) return { text: null };
    this.#version = newVersion;
    for (const modification of modifications) {
      const { queryId } = modification;
      if (modification.type === "Remove") {
        if (!this.#live.delete(queryId)) return { text: null };
        this.#pending.push({ type: "remove", id: queryId });
        continue;
      }
      if (this.#live.has(queryId)) return { text: null };
      this.#live.add(queryId);
      const { path, componentPath, argsJson, journal } = modification;
      this.#pending.push({ type: "add", query: { id: queryId, path, componentPath, argsJson, journal } });
    }
    return null;
  }

  /** What has come since the last call. */
  take(): readonly LiveQueryChange[] {
    const pending = this.#pending;
    this.#pending = [];
    return pending;
  }
}
