const USES: readonly [RegExp, string][] = [
  [/^\s*["']use node["']/, '"use node" actions'],
  [/\bctx\s*\.\s*storage\b/, "file storage (ctx.storage)"],
  [/\bctx\s*\.\s*scheduler\b/, "the scheduler (ctx.scheduler)"],
  [/\bctx\s*\.\s*vectorSearch\b/, "vector search (ctx.vectorSearch)"],
  [/\.\s*withSearchIndex\s*\(/, "text search (withSearchIndex)"],
];

/** The first use of something that a later version brings, found before it can fail at call time. */
export function findUnsupportedUse(source: string): { readonly what: string; readonly line: number } | null {
  const lines = withoutComments(source).split("\n");
  for (const [i, line] of lines.entries()) {
    const use = USES.find(([pattern]) => pattern.test(line));
    if (use !== undefined) return { what: use[1], line: i + 1 };
  }
  return null;
}

/** Blanks comments, keeping the lines. */
function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|(^|[^:])\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, " "));
}
