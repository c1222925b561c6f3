import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PARTS, type Part } from "../parts/part-names.ts";
import type { BenchResult, PartResults, RunFacts } from "./result.ts";

/** What has been published last of each part, which may come of different runs. */
export interface Published {
  readonly parts: PartResults;
  /** Of the parts that were published, in their order. */
  readonly runs: ReadonlyMap<Part, RunFacts>;
}

/** Publishes the parts that a run has measured, in place of what was published of them before. */
export function publish(folder: string, { date, machine, ...parts }: BenchResult): void {
  mkdirSync(folder, { recursive: true });
  for (const part of PARTS) {
    const result = parts[part];
    if (result === null) continue;
    const text = JSON.stringify({ date, machine, result }, null, 2);
    writeFileSync(join(folder, `${part}.json`), `${text}\n`);
  }
}

export function readPublished(folder: string): Published {
  const runs = new Map<Part, RunFacts>();
  const entries = PARTS.map((part) => {
    const file = join(folder, `${part}.json`);
    if (!existsSync(file)) return [part, null];
    const { result, ...facts } = JSON.parse(readFileSync(file, "utf8"));
    runs.set(part, facts);
    return [part, result];
  });
  return { parts: Object.fromEntries(entries), runs };
}
