import { restoreDataFolder } from "../restore-data.ts";
import { BackupError } from "../services/backup/read-backup.ts";
import { explainDataFolder } from "./data-folder.ts";
import type { CliIo } from "./io.ts";
import { StatusLine } from "./status-line.ts";
import { CommandError } from "./usage-error.ts";

export interface RestoreCommandOptions {
  /** Absolute. */
  readonly backup: string;
  /** Absolute; made when it is absent. */
  readonly dataFolder: string;
  readonly isReplacing: boolean;
  readonly isJson: boolean;
}

const SHOWN = 20;

/**
 * Puts a backup into a data folder.
 * @throws CommandError when that is not possible; what was there is as it was then.
 */
export async function runRestore(options: RestoreCommandOptions, io: CliIo): Promise<number> {
  const { backup, dataFolder, isReplacing, isJson } = options;
  const status = new StatusLine(io);
  try {
    const outcome = await restoreDataFolder(backup, dataFolder, {
      isReplacing,
      nowMs: io.now().getTime(),
      kept: SHOWN,
      onProgress: (subject) => status.show(`Checking ${subject}`),
      signal: io.signal,
    });
    status.hide();
    if (outcome.type === "occupied") {
      throw new CommandError(
        `There is data in ${dataFolder}: nothing was changed. Choose another folder with --data, or let it be put aside with --force.`,
      );
    }
    if (outcome.type === "broken") {
      const { first } = outcome.verification.problems;
      throw new CommandError(`The backup is not well, and nothing was changed:\n${first.join("\n")}`);
    }
    const { manifest, aside } = outcome;
    const from = new Date(manifest.createdMs).toISOString();
    if (isJson) io.stdout(`${JSON.stringify({ dataFolder, createdMs: manifest.createdMs, aside })}\n`);
    else {
      io.stderr(`Restored ${dataFolder} as it was at ${from}.\n`);
      if (aside !== null) io.stderr(`What was there before is in ${aside}: remove it when all is well.\n`);
      if (manifest.files === "in S3") io.stderr("Files are in S3 and were not part of the backup.\n");
    }
    return 0;
  } catch (error) {
    if (error instanceof BackupError) {
      throw new CommandError(`${error.message} Nothing was changed.`, { cause: error });
    }
    throw explainDataFolder(error, dataFolder);
  } finally {
    status.hide();
  }
}
