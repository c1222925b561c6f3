import { join } from "node:path";
import { isErrorCode } from "../errors/catalogue.ts";
import { CommandError } from "./usage-error.ts";

const DEFAULT_DATA_FOLDER = ".epigraph";

/** Where the data of an app is when the command line does not say so. */
export function dataFolderOf(appFolder: string): string {
  return join(appFolder, DEFAULT_DATA_FOLDER);
}

/** What keeps a command from using a data folder, told by what its user can do about it; any other error as it is. */
export function explainDataFolder(error: unknown, dataFolder: string): unknown {
  const { code, message } = error as Error & { readonly code?: unknown };
  if (code === "StoreLocked") {
    return new CommandError(
      `The data folder ${dataFolder} is in use by another process, perhaps by \`epigraph dev\` or \`epigraph serve\` in another terminal: stop it, or choose another folder with --data.`,
      { cause: error },
    );
  }
  if (typeof code !== "string") return error;
  if (isErrorCode(code)) return new CommandError(message, { cause: error });
  if (!isFileError(error)) return error;
  return new CommandError(
    `The data folder ${dataFolder} can't be used: ${message}. Choose another one with --data.`,
    { cause: error },
  );
}

function isFileError(error: unknown): boolean {
  const { syscall, path } = error as NodeJS.ErrnoException;
  return syscall !== undefined && path !== undefined;
}
