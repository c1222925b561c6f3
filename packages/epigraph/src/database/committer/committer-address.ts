import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Where a committer listens, and the secret that its clients show. */
export interface CommitterAddress {
  /** Of a Unix domain socket, or of a named pipe on Windows. */
  readonly path: string;
  readonly token: string;
}

/** What fits into `sun_path` with its final zero: 108 bytes on Linux, 104 on macOS and the BSDs. */
const MAX_SOCKET_PATH_BYTES = 103;

/**
 * An address that nobody else knows. The socket's folder admits this user only; the token is for systems whose sockets
 * have no permissions, and for pipes.
 */
export function createCommitterAddress(): CommitterAddress {
  const token = randomBytes(32).toString("base64url");
  if (process.platform === "win32") {
    return { path: `\\\\.\\pipe\\epigraph-${randomBytes(16).toString("hex")}`, token };
  }
  return { path: join(makePrivateFolder(), "committer"), token };
}

/** Removes the folder of the socket; nothing when it is gone. */
export function removeCommitterAddress({ path }: CommitterAddress): void {
  if (process.platform !== "win32") rmSync(dirname(path), { recursive: true, force: true });
}

/** `mkdtemp` makes folders with mode 0700. */
function makePrivateFolder(): string {
  const prefix = join(tmpdir(), "epigraph-");
  const path = join(`${prefix}XXXXXX`, "committer");
  return mkdtempSync(Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES ? prefix : "/tmp/epigraph-");
}
