import { query } from "./_generated/server";

/** As it was when the module was evaluated: the number is another one with each push. */
const SEEN = [Math.random(), process.env["MODEL_X"] ?? null];

export const seen = query({ args: {}, handler: () => SEEN });
