import type { ThrownError } from "./bridge.ts";

const CONVEX_ERROR = Symbol.for("ConvexError");

/** Turns whatever app code threw into text; hostile getters and proxies cost only themselves. */
export function describeThrown(thrown: unknown): ThrownError {
  try {
    if (typeof thrown !== "object" || thrown === null) return { text: String(thrown), stack: "" };
    if (!(thrown instanceof Error) && typeof (thrown as { stack?: unknown }).stack !== "string") {
      return {
        text: Object.prototype.toString.call(thrown).replace(/^\[object (.*)\]$/, "#<$1>"),
        stack: "",
      };
    }
    const error = thrown as Error & { data?: unknown; ConvexErrorSymbol?: symbol };
    const name = String(error.name);
    const message = String(error.message);
    const text = name === "" ? message : message === "" ? name : `${name}: ${message}`;
    const stack = typeof error.stack === "string" ? error.stack : "";
    const marked =
      (typeof error.ConvexErrorSymbol === "symbol" &&
        (error as unknown as Record<symbol, unknown>)[error.ConvexErrorSymbol] === true) ||
      (error as unknown as Record<symbol, unknown>)[CONVEX_ERROR] === true;
    if (marked && typeof error.data === "string") return { text, stack, data: error.data };
    return { text, stack };
  } catch {
    return { text: "#<Object>", stack: "" };
  }
}
