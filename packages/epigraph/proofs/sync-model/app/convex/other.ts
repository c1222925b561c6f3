import { query } from "./_generated/server";

/** Another one with some pushes. */
const OTHER = 0;

export const own = query({ args: {}, handler: () => OTHER });
