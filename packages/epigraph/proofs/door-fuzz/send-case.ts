import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { FuzzCase } from "./fuzz-case.ts";

/** Without anything to read for so long, a client that sent broken things says that it has no more. */
const QUIET_MS = 100;
const PAUSE_BETWEEN_PIECES_MS = 5;

export interface FuzzAnswer {
  /** All that came back, as Latin-1. */
  readonly received: string;
  /** Whether the connection ended within the bound. */
  readonly isClosed: boolean;
  readonly isRefused: boolean;
}

/** Sends a case on a connection of its own and waits for the connection's end, for as long as `boundMs`. */
export async function sendCase(
  { kind, pieces }: FuzzCase,
  url: string,
  boundMs: number,
): Promise<FuzzAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let received = "";
  let isRefused = false;
  let quiet: NodeJS.Timeout | null = null;
  const { promise: closed, resolve } = Promise.withResolvers<boolean>();
  const bound = setTimeout(() => resolve(false), boundMs);
  const waitForQuiet = (): void => {
    if (quiet !== null) clearTimeout(quiet);
    if (kind === "raw") quiet = setTimeout(() => socket.end(), QUIET_MS);
  };
  socket.setEncoding("latin1").on("data", (text: string) => {
    received += text;
    waitForQuiet();
  });
  socket.on("error", ({ code }: NodeJS.ErrnoException) => {
    isRefused ||= code === "ECONNREFUSED";
    socket.destroy();
  });
  socket.once("close", () => resolve(true));
  for (const [i, piece] of pieces.entries()) {
    if (i > 0) await sleep(PAUSE_BETWEEN_PIECES_MS);
    if (socket.writable) socket.write(piece, "latin1");
  }
  waitForQuiet();
  const isClosed = await closed;
  clearTimeout(bound);
  if (quiet !== null) clearTimeout(quiet);
  socket.destroy();
  return { received, isClosed, isRefused };
}
