const BLANKS_AND_COMMENTS = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const DIRECTIVE = /(["'])((?:\\.|(?!\1)[^\\\n])*)\1\s*;?/y;
const HASHBANG = /#![^\n]*/y;

/** Whether a file starts with `"use node"` among its directives. */
export function hasUseNodeDirective(source: string): boolean {
  let position = skip(HASHBANG, source, 0);
  for (;;) {
    position = skip(BLANKS_AND_COMMENTS, source, position);
    DIRECTIVE.lastIndex = position;
    const match = DIRECTIVE.exec(source);
    if (match === null) return false;
    if (match[2] === "use node") return true;
    position = DIRECTIVE.lastIndex;
  }
}

function skip(pattern: RegExp, source: string, position: number): number {
  pattern.lastIndex = position;
  return pattern.test(source) ? pattern.lastIndex : position;
}
