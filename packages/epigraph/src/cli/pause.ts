import { ask, findConnection, type Target } from "./connection.ts";
import type { CliIo } from "./io.ts";

export interface PauseOptions {
  readonly target: Target;
  readonly isJson: boolean;
}

/** Has no function of the app run. @throws CommandError where it is so already. */
export async function runPause(options: PauseOptions, io: CliIo): Promise<number> {
  await change(options, "pause_deployment", io);
  tell(options, "Paused: no function runs until `epigraph resume`.", true, io);
  return 0;
}

/** Has them run again. @throws CommandError where they do. */
export async function runResume(options: PauseOptions, io: CliIo): Promise<number> {
  await change(options, "unpause_deployment", io);
  tell(options, "Resumed: functions run, and so does what was scheduled meanwhile.", false, io);
  return 0;
}

async function change({ target }: PauseOptions, name: string, io: CliIo): Promise<void> {
  await ask(findConnection(target, io), `/api/v1/${name}`, {}, io.signal);
}

function tell({ isJson }: PauseOptions, text: string, isPaused: boolean, io: CliIo): void {
  if (isJson) io.stdout(`${JSON.stringify({ isPaused })}\n`);
  else io.stderr(`${text}\n`);
}
