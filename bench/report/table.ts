/** A table before it becomes text or Markdown; the first row is the head, texts are left, numbers right. */
export interface Table {
  readonly title: string;
  readonly align: readonly ("left" | "right")[];
  readonly rows: readonly (readonly string[])[];
}

/** For the terminal, with its title. */
export function formatText({ title, align, rows }: Table): string {
  const widths = align.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column]!, align[column]!))
      .join("  ")
      .trimEnd(),
  );
  return [title, ...lines, ""].join("\n");
}

/** For a page, without its title. */
export function formatMarkdown({ align, rows }: Table): string {
  const [head, ...lines] = rows.map((row) => `| ${row.join(" | ")} |`);
  const rule = `| ${align.map((side) => (side === "left" ? "---" : "---:")).join(" | ")} |`;
  return [head, rule, ...lines, ""].join("\n");
}

function pad(cell: string, width: number, side: "left" | "right"): string {
  return side === "left" ? cell.padEnd(width) : cell.padStart(width);
}
