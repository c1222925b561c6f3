/** The command line can't be understood. The message is one sentence; help follows it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A command can't do its work for a reason its user can change. The message is complete. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
