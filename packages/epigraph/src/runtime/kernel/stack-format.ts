/** A stack is its frames, without the line that repeats name and message. */
export function installStackFormat(): void {
  Error.prepareStackTrace = (_error, frames) => frames.map((frame) => `    at ${String(frame)}`).join("\n");
}
