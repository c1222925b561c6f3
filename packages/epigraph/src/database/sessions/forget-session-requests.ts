import { encodeKey } from "../../values/index-key.ts";
import { systemTable } from "../catalogue/system-tables.ts";
import type { Database } from "../database.ts";
import { deleteSystemDocument } from "../transaction/system-documents.ts";

const TABLE = systemTable("_session_requests");
/** Clients send a request again for as long as they are open, which is rarely days. */
export const SESSION_REQUESTS_KEPT_MS: number = 14 * 24 * 60 * 60 * 1000;

const FIRST_KEY = new Uint8Array(0);

/**
 * Deletes the oldest records of requests, in one short transaction.
 * @param beforeMs only those made before this instant.
 * @param limit how many at most.
 * @returns whether none is left.
 */
export function forgetSessionRequests(
  database: Database,
  { beforeMs, limit }: { readonly beforeMs: number; readonly limit: number },
): Promise<boolean> {
  return database.write("removal of old session requests", (transaction) => {
    const range = { start: FIRST_KEY, end: encodeKey([beforeMs]), order: "asc" as const };
    const scan = transaction.scan(TABLE, TABLE.byCreationTime, range, limit);
    const ids: string[] = [];
    while (ids.length < limit) {
      const row = scan.next();
      if (row === null) break;
      ids.push((JSON.parse(row.json) as { readonly _id: string })._id);
    }
    scan.close();
    for (const id of ids) deleteSystemDocument(transaction, "_session_requests", id);
    return ids.length < limit;
  });
}
