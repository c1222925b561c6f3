import type { QueryCaller } from "../../functions/queries/query-caller.ts";
import type { Ticks } from "../../store/ticks.ts";
import type { LiveQueryChange, LiveQuerySet, Refreshed } from "../live-query-set.ts";
import { queryRemoved } from "../protocol/server-message.ts";
import type { ResultTexts } from "../result-texts.ts";
import type { Turns } from "../turns.ts";
import type { SessionOutbox } from "./session-outbox.ts";
import { UPDATE_STEPS, type UpdateEvent, type UpdateState } from "./update-state.ts";

/** What an update takes up of its session when it begins. */
export interface UpdateBeginning {
  /** Versions that its Transition reaches. */
  readonly querySet: number;
  readonly identity: number;
  /** What has come since the update before. */
  readonly changes: readonly LiveQueryChange[];
  readonly caller: QueryCaller;
}

export interface SessionUpdatesParts {
  readonly live: LiveQuerySet;
  readonly outbox: SessionOutbox;
  readonly turns: Turns;
  readonly texts: ResultTexts;
}

export interface SessionUpdatesEvents {
  /** An update is about to begin: calls `begin`, now or later, where the session may go on as who it is. */
  readonly onDue: (begin: () => void) => void;
  readonly take: () => UpdateBeginning;
  /** An update has ended: calls `show` where the session has not. */
  readonly onEnded: (show: () => void) => void;
  /** How far the client's clock is ahead in milliseconds, null where it did not say. */
  readonly skewMs: () => number | null;
  readonly onFault: (error: unknown) => void;
}

/** The Transitions of one session, one after the other. */
export class SessionUpdates {
  readonly #parts: SessionUpdatesParts;
  readonly #events: SessionUpdatesEvents;
  #state: UpdateState = "idle";
  /** The commit that the next Transition has to show at least. */
  #minTs: Ticks = 0;
  #isScheduled = false;

  constructor(parts: SessionUpdatesParts, events: SessionUpdatesEvents) {
    this.#parts = parts;
    this.#events = events;
  }

  /** Something calls for a Transition. @param minTs a commit that it has to show. */
  call(minTs: Ticks = 0): void {
    this.#minTs = Math.max(this.#minTs, minTs);
    this.#advance("call");
  }

  /** A Transition has left. */
  room(): void {
    this.#advance("room");
  }

  close(): void {
    this.#advance("close");
  }

  #advance(event: UpdateEvent): void {
    const { next, begins } = UPDATE_STEPS[this.#state][event];
    const { outbox, turns } = this.#parts;
    this.#state = next;
    if (begins) this.#events.onDue(() => void this.#update());
    else if (next === "due" && outbox.hasRoom && !this.#isScheduled) {
      this.#isScheduled = true;
      // What else comes in this turn is in the same Transition, and answers that are ready leave before it.
      turns.schedule(() => {
        this.#isScheduled = false;
        if (outbox.hasRoom) this.#advance("room");
      });
    }
  }

  async #update(): Promise<void> {
    const beginning = this.#events.take();
    const { changes, caller } = beginning;
    try {
      const refreshed = await this.#parts.live.refresh({ changes, caller, minTs: this.#minTs });
      if (refreshed === null) return;
      this.#parts.turns.schedule(() => this.#events.onEnded(() => this.#show(refreshed, beginning)));
    } catch (error) {
      this.#events.onFault(error);
    }
  }

  #show({ ts, removed, updated }: Refreshed, { querySet, identity }: UpdateBeginning): void {
    const { outbox, texts } = this.#parts;
    const modifications = updated.map(({ id, result, outcome }) => ({
      id,
      text: texts.modification(id, result, outcome),
    }));
    for (const id of removed) modifications.push({ id, text: queryRemoved(id) });
    modifications.sort((a, b) => a.id - b.id);
    outbox.sendTransition(
      { querySet, identity, ts },
      modifications.map(({ text }) => text),
      this.#events.skewMs(),
    );
    this.#advance("ended");
  }
}
