import { type LazyPart, lazyPart } from "./lazy.ts";

// `require` of a relative ES module: the bundler turns it into a function that evaluates the module when called.
// Streams and URL are the two big libraries; most functions use neither, nor keys.

export const streams: LazyPart<typeof import("./streams.ts")> = lazyPart(
  () => require("./streams.ts") as typeof import("./streams.ts"),
);

export const url: LazyPart<typeof import("./url.ts")> = lazyPart(
  () => require("./url.ts") as typeof import("./url.ts"),
);

export const subtle: LazyPart<typeof import("./crypto/index.ts")> = lazyPart(
  () => require("./crypto/index.ts") as typeof import("./crypto/index.ts"),
);
