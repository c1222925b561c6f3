import { showForError } from "./show-value.ts";
import type { Value } from "./value-types.ts";

/**
 * An error whose `data` reaches the client, unlike the message of any other error of a production deployment.
 *
 * ```ts
 * if (seats === 0) throw new ConvexError({ code: "FULL", event: event._id });
 * ```
 */
export class ConvexError<TData extends Value> extends Error {
  override name = "ConvexError";
  data: TData;

  constructor(data: TData) {
    super(typeof data === "string" ? data : showForError(data));
    this.data = data;
    // Marks the error for hosts and clients that have loaded another copy of this class.
    Object.assign(this, { [Symbol.for("ConvexError")]: true });
  }
}
