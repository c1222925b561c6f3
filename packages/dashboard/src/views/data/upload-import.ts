import type { AdminApi } from "../../data/admin-api.ts";

export const FORMATS = {
  jsonLines: "JSON, a document a line",
  jsonArray: "JSON, one array",
  csv: "CSV",
} as const;
export type ImportFormat = keyof typeof FORMATS;

export interface ImportWish {
  readonly table: string;
  readonly format: ImportFormat;
  readonly mode: "append" | "replace";
}

const PART_BYTES = 5 * 1024 * 1024;

/** What a file is, by its name. */
export function formatOf(name: string): ImportFormat {
  if (/\.csv$/i.test(name)) return "csv";
  return /\.json$/i.test(name) ? "jsonArray" : "jsonLines";
}

/**
 * Sends a file in parts, as it need not fit into memory.
 * @param onProgress hears of the share that has been sent, 0 to 1.
 * @returns id of the import, which waits for being confirmed.
 */
export async function uploadImport(
  api: AdminApi,
  file: File,
  { table, format, mode }: ImportWish,
  onProgress: (share: number) => void,
): Promise<string> {
  const { uploadToken } = await api.post<{ readonly uploadToken: string }>("/api/import/start_upload", {});
  const partTokens: string[] = [];
  for (let start = 0; start < file.size; start += PART_BYTES) {
    const query = new URLSearchParams({ uploadToken, partNumber: String(partTokens.length + 1) });
    const part = file.slice(start, start + PART_BYTES);
    partTokens.push(await api.send<string>(`/api/import/upload_part?${query}`, part));
    onProgress(Math.min(1, (start + PART_BYTES) / file.size));
  }
  const { importId } = await api.post<{ readonly importId: string }>("/api/import/finish_upload", {
    import: { tableName: table, format, mode },
    uploadToken,
    partTokens,
  });
  return importId;
}
