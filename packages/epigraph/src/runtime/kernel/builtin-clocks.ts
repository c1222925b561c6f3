/** What of `Temporal` reads the clock; the engine's types don't have it. */
interface TemporalClock {
  readonly Now: object;
  readonly Instant: {
    fromEpochMilliseconds(ms: number): { toZonedDateTimeISO(zone: unknown): ZonedDateTime };
  };
}

interface ZonedDateTime {
  toPlainDateTime(): unknown;
  toPlainDate(): unknown;
  toPlainTime(): unknown;
}

/** Builtins that ask the engine's own clock when they are given no time get that of the execution. */
export function replaceBuiltinClocks(global: typeof globalThis, nowMs: () => number): void {
  replaceFormatting(nowMs);
  const temporal = (global as { Temporal?: TemporalClock }).Temporal;
  if (temporal !== undefined) replaceTemporalNow(temporal, nowMs);
}

function replaceFormatting(nowMs: () => number): void {
  const { prototype } = Intl.DateTimeFormat;
  const format = Object.getOwnPropertyDescriptor(prototype, "format")!.get as (
    this: Intl.DateTimeFormat,
  ) => Intl.DateTimeFormat["format"];
  const { formatToParts } = prototype;
  Object.defineProperties(prototype, {
    format: {
      // Bound to its formatter, as the original is.
      get(this: Intl.DateTimeFormat) {
        const bound = format.call(this);
        return (date?: Date | number) => bound(date === undefined ? nowMs() : date);
      },
      configurable: true,
    },
    formatToParts: {
      value(this: Intl.DateTimeFormat, date?: Date | number) {
        return formatToParts.call(this, date === undefined ? nowMs() : date);
      },
      writable: true,
      configurable: true,
    },
  });
}

function replaceTemporalNow({ Now, Instant }: TemporalClock, nowMs: () => number): void {
  const instant = (): ReturnType<typeof Instant.fromEpochMilliseconds> =>
    Instant.fromEpochMilliseconds(nowMs());
  const zoned = (zone: unknown = "UTC"): ZonedDateTime => instant().toZonedDateTimeISO(zone);
  const methods = {
    instant,
    zonedDateTimeISO: zoned,
    plainDateTimeISO: (zone?: unknown) => zoned(zone).toPlainDateTime(),
    plainDateISO: (zone?: unknown) => zoned(zone).toPlainDate(),
    plainTimeISO: (zone?: unknown) => zoned(zone).toPlainTime(),
  };
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(value, "name", { value: name });
    Object.defineProperty(Now, name, { value, writable: true, enumerable: false, configurable: true });
  }
}
