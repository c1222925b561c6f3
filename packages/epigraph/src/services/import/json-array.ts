import { readFile, stat } from "node:fs/promises";
import type { JSONValue } from "../../values/value.ts";
import { ImportError } from "./import-error.ts";
import type { ImportedRow } from "./import-source.ts";
import { rowValue } from "./parse-row.ts";

const MAX_BYTES = 16 * 1024 * 1024;

/** Reads an array of objects, which has to fit into memory. */
export async function* readJsonArray(path: string): AsyncGenerator<readonly ImportedRow[]> {
  const { size } = await stat(path);
  if (size > MAX_BYTES) {
    throw new ImportError(
      "InvalidImport",
      `Import is too large for JSON (${size} bytes > maximum 16 MiB). Consider converting data to JSONLines`,
    );
  }
  const text = await readFile(path, "utf8");
  let json: JSONValue;
  try {
    json = JSON.parse(text) as JSONValue;
  } catch (error) {
    throw new ImportError("InvalidImport", `Not valid JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(json)) throw new ImportError("InvalidImport", "Not a JSON array");
  const mayHaveWrappers = text.includes('"$');
  yield json.map((element, index) => ({
    row: index + 1,
    value: rowValue(element, index + 1, mayHaveWrappers),
  }));
}
