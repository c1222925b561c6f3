import * as esbuild from "esbuild";

/** The bundler's process takes 20 MB, and starts again within a few milliseconds. */
const REST_AFTER_MS = 1_000;

let running = 0;
let timer: NodeJS.Timeout | null = null;

/** As esbuild's, whose process ends when nobody has used it for a while. */
export const build: typeof esbuild.build = ((options: esbuild.BuildOptions) =>
  use(() => esbuild.build(options))) as typeof esbuild.build;

/** As esbuild's, whose process ends when nobody has used it for a while. */
export const transform: typeof esbuild.transform = ((input: string, options?: esbuild.TransformOptions) =>
  use(() => esbuild.transform(input, options))) as typeof esbuild.transform;

async function use<T>(work: () => Promise<T>): Promise<T> {
  running++;
  if (timer !== null) clearTimeout(timer);
  try {
    return await work();
  } finally {
    running--;
    // What is under way when it is stopped would never end.
    if (running === 0) timer = setTimeout(() => void esbuild.stop(), REST_AFTER_MS).unref();
  }
}
