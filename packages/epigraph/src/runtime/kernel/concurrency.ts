/** Operations of one action that may be on their way at once. */
export const MAX_CONCURRENT_OPERATIONS = 1000;

export const TOO_MANY_OPERATIONS =
  "Too many concurrent operations. See https://docs.convex.dev/functions/actions#limits for more information.";
