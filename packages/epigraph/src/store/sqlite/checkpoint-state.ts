// What the writer and its checkpoint thread tell each other, in one shared word.

/** The thread waits. */
export const IDLE = 0;
/** The writer asked for a pass; the thread sets it back to idle. */
export const ASKED = 1;
/** The writer waits for the thread to close its connection. */
export const CLOSING = 2;
/** The thread is gone. */
export const CLOSED = 3;

export interface CheckpointWorkerData {
  readonly path: string;
  readonly state: Int32Array;
}
