import { host } from "./host.ts";

/** A stack is its frames in the app's sources, without the line that repeats name and message. */
export function installStackFormat(): void {
  Error.prepareStackTrace = (_error, frames) =>
    host.mapStack(frames.map((frame) => `    at ${String(frame)}`).join("\n"));
}
