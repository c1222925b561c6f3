import { randomBytes } from "node:crypto";
import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

/** Where a committer listens, and the secret that its clients show. */
export interface CommitterAddress {
  /** Of a Unix domain socket, or of a named pipe on Windows. */
  readonly path: string;
  readonly token: string;
}

/** What fits into `sun_path` with its final zero: 108 bytes on Linux, 104 on macOS and the BSDs. */
const MAX_SOCKET_PATH_BYTES = 103;
const SOCKET = "committer";
const FOLDER_NAME = /^epigraph-[0-9a-f]{16}$/;
/** In the data folder: names the socket's folder, for the next owner to remove when this one is killed. */
const RECORD = "committer-folder";

/**
 * An address that nobody else knows. The socket's folder admits this user only; the token is for systems whose sockets
 * have no permissions, and for pipes. The folder is not in the data folder, whose path may be too long for a socket, and
 * whose file system may have none.
 * @param dataFolder taken by this process: what a former owner could not remove is nobody's, and goes.
 */
export function createCommitterAddress(dataFolder: string): CommitterAddress {
  const token = randomBytes(32).toString("base64url");
  const name = `epigraph-${randomBytes(8).toString("hex")}`;
  if (process.platform === "win32") return { path: `\\\\.\\pipe\\${name}`, token };
  const record = join(dataFolder, RECORD);
  removeLeftover(record);
  const folder = join(temporaryFolder(name), name);
  // Named before it is there: whenever this process is killed, the next one finds it.
  writeFileSync(record, folder, { mode: 0o600 });
  mkdirSync(folder, { mode: 0o700 });
  return { path: join(folder, SOCKET), token };
}

/** Removes the folder of the socket; nothing when it is gone. */
export function removeCommitterAddress(dataFolder: string, { path }: CommitterAddress): void {
  if (process.platform === "win32") return;
  rmSync(dirname(path), { recursive: true, force: true });
  rmSync(join(dataFolder, RECORD), { force: true });
}

function temporaryFolder(name: string): string {
  const folder = tmpdir();
  return Buffer.byteLength(join(folder, name, SOCKET)) <= MAX_SOCKET_PATH_BYTES ? folder : "/tmp";
}

/** Whatever the record says, nothing is removed but a folder that looks like ours and is ours. */
function removeLeftover(record: string): void {
  try {
    const folder = readFileSync(record, "utf8");
    if (!FOLDER_NAME.test(basename(folder))) return;
    const stat = lstatSync(folder);
    if (stat.isDirectory() && stat.uid === process.getuid?.()) rmSync(folder, { recursive: true });
  } catch {
    // None was left, or the system has cleaned it away.
  }
}
