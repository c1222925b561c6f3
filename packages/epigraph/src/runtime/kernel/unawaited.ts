import type { Execution } from "./execution.ts";
import { host } from "./host.ts";

/** Tells the developer which operations an action started and left alone: they may never happen. */
export function warnOfUnawaited(execution: Execution): void {
  if (!execution.hasPending) return;
  const { id, pending } = execution;
  const names = Array.from(pending.values(), ({ name }) => name).join(", ");
  host.log(
    id,
    "WARN",
    `${pending.size} unawaited operation(s): [${names}]. Async operations should be awaited or they might not run. See https://docs.convex.dev/functions/actions#dangling-promises for more information.`,
  );
}
