/** What is measured as a table grows: in this process as a runner does it, or over HTTP. */
export const GROWTH_METRICS = [
  "point",
  "inOrder",
  "scattered",
  "insert",
  "httpPoint",
  "httpInOrder",
] as const;

export type GrowthMetric = (typeof GROWTH_METRICS)[number];

export const GROWTH_TITLES: Readonly<Record<GrowthMetric, string>> = {
  point: "Point read",
  inOrder: "Range of 100 in the order of inserts",
  scattered: "Range of 100 in random order",
  insert: "Insert",
  httpPoint: "Point read over HTTP",
  httpInOrder: "Range of 100 in the order of inserts over HTTP",
};

export interface GrowthMeasurement {
  readonly round: number;
  /** In the table before the first measurement. */
  readonly records: number;
  readonly what: GrowthMetric;
  /** Of one read, insert or request. */
  readonly microseconds: number;
}

/** Pages of the file that one read looks at, on average. */
export interface PagesTouched {
  readonly records: number;
  readonly what: "point" | "inOrder" | "scattered";
  readonly pages: number;
}

/** A table as it was made for the measurements. */
export interface GrowthSize {
  readonly records: number;
  /** Of the database file. */
  readonly bytes: number;
  /** How long it took to make it. */
  readonly seconds: number;
}

/** One start of a server on a table of this size. */
export interface GrowthStart {
  readonly records: number;
  readonly readyMs: number;
  /** Proportional set size of the process tree while idle; null on systems that don't tell. */
  readonly bytes: number | null;
}

export interface GrowthResult {
  /** Ascending by their records. */
  readonly sizes: readonly GrowthSize[];
  readonly starts: readonly GrowthStart[];
  readonly measurements: readonly GrowthMeasurement[];
  readonly pages: readonly PagesTouched[];
}
