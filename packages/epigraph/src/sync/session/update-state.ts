/**
 * - `idle`: the client has been told everything.
 * - `due`: there is something to tell, and no room for it yet.
 * - `updating`: an update is being computed; nothing has come up since it began.
 * - `updatingDue`: something has.
 */
export type UpdateState = "idle" | "due" | "updating" | "updatingDue";

export type UpdateEvent =
  /** Something calls for a Transition. */
  | "call"
  /** There is room for one more Transition. */
  | "room"
  /** The update that was begun has ended. */
  | "ended"
  /** The session is over. */
  | "close";

export interface UpdateStep {
  readonly next: UpdateState;
  /** Whether an update begins. */
  readonly begins: boolean;
}

function to(next: UpdateState, { begins = false }: { readonly begins?: boolean } = {}): UpdateStep {
  return { next, begins };
}

/** One update at a time, none without room, and none missing: what came up is in an update that begins later. */
export const UPDATE_STEPS: Readonly<Record<UpdateState, Readonly<Record<UpdateEvent, UpdateStep>>>> = {
  idle: { call: to("due"), room: to("idle"), ended: to("idle"), close: to("idle") },
  due: {
    call: to("due"),
    room: to("updating", { begins: true }),
    ended: to("due"),
    close: to("idle"),
  },
  updating: { call: to("updatingDue"), room: to("updating"), ended: to("idle"), close: to("idle") },
  updatingDue: { call: to("updatingDue"), room: to("updatingDue"), ended: to("due"), close: to("idle") },
};
