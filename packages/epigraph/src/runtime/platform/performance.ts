import { DOMException } from "./dom-exception.ts";
import { EventTarget } from "./events.ts";
import { platformHost } from "./host.ts";
import { structuredClone } from "./structured-clone.ts";

const INTERNAL = Symbol("internal");

interface EntryFacts {
  readonly name: string;
  readonly startTime: number;
  readonly duration: number;
  readonly detail: unknown;
}

/** `PerformanceEntry` of the Performance Timeline standard. */
export class PerformanceEntry {
  readonly #facts: EntryFacts;

  constructor(token: unknown, facts?: EntryFacts) {
    if (token !== INTERNAL || facts === undefined) throw new TypeError("Illegal constructor");
    this.#facts = facts;
  }

  get name(): string {
    return this.#facts.name;
  }

  get entryType(): string {
    return "";
  }

  get startTime(): number {
    return this.#facts.startTime;
  }

  get duration(): number {
    return this.#facts.duration;
  }

  get detail(): unknown {
    return this.#facts.detail;
  }

  toJSON(): object {
    const { name, entryType, startTime, duration, detail } = this;
    return { name, entryType, startTime, duration, detail };
  }
}

/** `PerformanceMark` of the User Timing standard. */
export class PerformanceMark extends PerformanceEntry {
  constructor(name: string, options: { startTime?: number; detail?: unknown } = {}) {
    super(INTERNAL, {
      name: String(name),
      startTime: options.startTime ?? platformHost().performanceNow(),
      duration: 0,
      detail: options.detail === undefined ? null : structuredClone(options.detail),
    });
  }

  override get entryType(): string {
    return "mark";
  }
}

/** `PerformanceMeasure` of the User Timing standard. */
export class PerformanceMeasure extends PerformanceEntry {
  override get entryType(): string {
    return "measure";
  }
}

/** Marks are found by name only; the oldest are forgotten, for a realm outlives its executions. */
const MARK_LIMIT = 128;

/** `Performance` of the High Resolution Time and User Timing standards, without a readable timeline. */
export class Performance extends EventTarget {
  readonly #marks: Map<string, number> = new Map();

  constructor(token?: unknown) {
    super();
    if (token !== INTERNAL) throw new TypeError("Illegal constructor: Performance");
  }

  get timeOrigin(): number {
    return platformHost().timeOrigin;
  }

  now(): number {
    return platformHost().performanceNow();
  }

  mark(name: string, options?: { startTime?: number; detail?: unknown }): PerformanceMark {
    const mark = new PerformanceMark(name, options);
    this.#marks.delete(mark.name);
    this.#marks.set(mark.name, mark.startTime);
    const [oldest] = this.#marks.keys();
    if (this.#marks.size > MARK_LIMIT && oldest !== undefined) this.#marks.delete(oldest);
    return mark;
  }

  /** Time between two marks or times; from the time origin and until now when they are left out. */
  measure(name: string, startOrOptions?: string | MeasureOptions, endMark?: string): PerformanceMeasure {
    const options: MeasureOptions =
      typeof startOrOptions === "object" ? startOrOptions : { start: startOrOptions, end: endMark };
    const endGiven = options.end ?? endMark;
    let end = endGiven === undefined ? this.now() : this.#time(endGiven);
    if (endGiven === undefined && options.start !== undefined && options.duration !== undefined) {
      end = this.#time(options.start) + options.duration;
    }
    const start =
      options.start !== undefined
        ? this.#time(options.start)
        : options.duration === undefined
          ? 0
          : end - options.duration;
    const detail = options.detail === undefined ? null : structuredClone(options.detail);
    return new PerformanceMeasure(INTERNAL, {
      name: String(name),
      startTime: start,
      duration: end - start,
      detail,
    });
  }

  clearMarks(name?: string): void {
    if (name === undefined) this.#marks.clear();
    else this.#marks.delete(String(name));
  }

  clearMeasures(): void {}

  toJSON(): object {
    return { timeOrigin: this.timeOrigin };
  }

  get [Symbol.toStringTag](): string {
    return "Performance";
  }

  #time(markOrTime: string | number): number {
    if (typeof markOrTime === "number") return markOrTime;
    const time = this.#marks.get(String(markOrTime));
    if (time === undefined) throw new DOMException(`The mark '${markOrTime}' does not exist`, "SyntaxError");
    return time;
  }
}

interface MeasureOptions {
  readonly start?: string | number | undefined;
  readonly end?: string | number | undefined;
  readonly duration?: number;
  readonly detail?: unknown;
}

export function newPerformance(): Performance {
  return new Performance(INTERNAL);
}
