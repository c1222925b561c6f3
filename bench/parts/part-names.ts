/** The parts of the benchmark, in the order in which they run. */
export const PARTS = [
  "start",
  "memory",
  "rates",
  "soak",
  "growth",
  "writers",
  "counter",
  "commits",
  "large",
  "drain",
  "import",
  "upload",
  "streams",
  "inspector",
  "realtime",
] as const;

export type Part = (typeof PARTS)[number];
