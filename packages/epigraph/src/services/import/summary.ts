import type { ImportPlan } from "./plan-import.ts";

/** What is asked before an import begins. */
export interface ImportSummary {
  readonly message: string;
  /** Whether documents would go. */
  readonly isDestructive: boolean;
}

export function summarize({ tables, files }: ImportPlan): ImportSummary {
  const rows = [
    ["table", "create", "delete"],
    ...tables.map(({ name, created, deleted }) => [name, String(created), String(deleted)]),
    ...(files.length === 0 ? [] : [["_storage", String(files.length), ""]]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] as number))
      .join(" | ")
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => "-".repeat(width)).join("-|-"));
  return {
    message: ["Import change summary:", ...lines].join("\n"),
    isDestructive: tables.some(({ deleted }) => deleted > 0),
  };
}
