import { generatedPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { ModuleDocument, PushModule } from "../../database/catalogue/catalogue-documents.ts";
import { DatabaseError } from "../../database/database-error.ts";
import { findSystemDocuments } from "../../database/transaction/system-documents.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import { type SystemQuery, textArgument } from "./system-query.ts";

const AROUND = 3;
const MAX_LINE_CHARACTERS = 400;

/** A place as a frame of a stack has it: lines and columns from 1. */
interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface SourceLine {
  readonly number: number;
  readonly text: string;
  readonly isPlace: boolean;
}

/**
 * Lines of the code that runs around a place that a frame names, `../convex/messages.ts:12:3` as `{file, line, column}`:
 * `[{number, text, isPlace}]`. They are the app's own where its source maps have them, else those of the bundle, which has
 * no types. Null for no such place.
 */
export const sourceAround: SystemQuery = {
  right: "ViewData",
  run({ transaction, component }, args) {
    const { line, column } = args;
    if (typeof line !== "number" || typeof column !== "number") {
      throw new DatabaseError("InvalidArgument", "`line`, `column`: expected numbers");
    }
    const place = { file: textArgument(args, "file"), line, column };
    const modules = transaction.catalogue.activePush(component)?.modules ?? [];
    for (const { hash } of likelyFirst(modules, place.file)) {
      const [document] = findSystemDocuments<ModuleDocument>(transaction, "_modules", "by_hash", [hash]);
      const found = document === undefined ? null : linesIn(document, place);
      if (found !== null) return encodeValueToString(found.map((each) => ({ ...each })));
    }
    return "null";
  },
};

/** Most files are a module of their own; what several share is in chunks. */
function likelyFirst(modules: readonly PushModule[], file: string): readonly PushModule[] {
  const isLikely = ({ path }: PushModule): boolean => file.includes(path.replace(/\.js$/, "."));
  return [...modules.filter(isLikely), ...modules.filter((module) => !isLikely(module))];
}

function linesIn({ source, sourceMap }: ModuleDocument, { file, line, column }: Place): SourceLine[] | null {
  if (sourceMap === null || !sourceMap.includes(JSON.stringify(file))) return null;
  const map = new TraceMap(sourceMap);
  const content = map.sourcesContent?.[map.sources.indexOf(file)] ?? null;
  if (content !== null) return around(content, line);
  const position = generatedPositionFor(map, { source: file, line, column: Math.max(0, column - 1) });
  return position.line === null ? null : around(source, position.line);
}

/** @param place from 1. @returns null where the text has no such line. */
function around(text: string, place: number): SourceLine[] | null {
  const lines = text.split("\n");
  if (!Number.isInteger(place) || place < 1 || place > lines.length) return null;
  const first = Math.max(1, place - AROUND);
  return lines.slice(first - 1, place + AROUND).map((each, i) => ({
    number: first + i,
    text: each.slice(0, MAX_LINE_CHARACTERS),
    isPlace: first + i === place,
  }));
}
