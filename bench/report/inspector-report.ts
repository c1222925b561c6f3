import { WORKLOAD_TITLES, type WorkloadName } from "../load/workloads.ts";
import type { Bar } from "./bar.ts";
import { formatCount, formatSpread } from "./format.ts";
import type { InspectorResult, InspectorRound, InspectorSample } from "./inspector-result.ts";
import { type Spread, spreadOf } from "./spread.ts";
import type { Table } from "./table.ts";

/** Of the processor time for a request. */
const MAX_COST = 1.05;

interface InspectorRow {
  readonly workload: WorkloadName;
  /** Requests a second, medians. */
  readonly off: number;
  readonly on: number;
  /** On ÷ off in each round; null where the system doesn't tell processor time. */
  readonly processor: Spread | null;
}

export function inspectorTable({ rounds, connections }: InspectorResult): Table {
  return {
    title: `Recording every request, at ${connections} connections`,
    align: ["left", "right", "right", "right"],
    rows: [
      ["", "requests/s off", "on", "processor time for a request, on ÷ off"],
      ...summarizeInspector(rounds).map(({ workload, off, on, processor }) => [
        WORKLOAD_TITLES[workload],
        formatCount(off),
        formatCount(on),
        processor === null ? "" : formatSpread(processor),
      ]),
    ],
  };
}

export function judgeInspector({ rounds }: InspectorResult): readonly Bar[] {
  return summarizeInspector(rounds).flatMap(({ workload, processor }) =>
    processor === null
      ? []
      : [
          {
            text: `Recording every request, ${WORKLOAD_TITLES[workload]}: at most ${MAX_COST}× the processor time`,
            measured: `${formatSpread(processor)}×`,
            holds: processor.median <= MAX_COST,
          },
        ],
  );
}

function summarizeInspector(rounds: readonly InspectorRound[]): readonly InspectorRow[] {
  return [...Map.groupBy(rounds, ({ workload }) => workload)].map(([workload, all]) => {
    const ratios = all.flatMap(({ off, on }) => {
      const [before, after] = [costOf(off), costOf(on)];
      return before === null || after === null ? [] : [after / before];
    });
    return {
      workload,
      off: spreadOf(all.map(({ off }) => rateOf(off))).median,
      on: spreadOf(all.map(({ on }) => rateOf(on))).median,
      processor: ratios.length === 0 ? null : spreadOf(ratios),
    };
  });
}

function rateOf({ answered, seconds }: InspectorSample): number {
  return answered / seconds;
}

function costOf({ processorMs, answered }: InspectorSample): number | null {
  return processorMs === null ? null : processorMs / answered;
}
