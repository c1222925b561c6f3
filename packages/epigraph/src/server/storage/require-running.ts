import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { ServerParts } from "../server-parts.ts";

/** @throws EpigraphError `BackendIsNotRunning` while the deployment is paused. */
export function requireRunning({ pause }: Pick<ServerParts, "pause">): void {
  if (!pause.isPaused) return;
  throw new EpigraphError(
    "BackendIsNotRunning",
    "Cannot perform this operation when the backend is not running",
  );
}
