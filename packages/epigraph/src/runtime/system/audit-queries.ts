import type { AuditDocument, SystemFields } from "../../database/catalogue/catalogue-documents.ts";
import { systemTable } from "../../database/catalogue/system-tables.ts";
import { decodeValue, encodeValueToString } from "../../values/encoded-json.ts";
import type { SystemQuery } from "./system-query.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** What was done with admin keys, the newest first: `limit` entries, 100 where it is not said. */
export const auditLog: SystemQuery = {
  right: "ViewAuditLog",
  run({ transaction }, { limit }) {
    const wanted = typeof limit === "number" && limit >= 1 ? Math.min(limit, MAX_LIMIT) : DEFAULT_LIMIT;
    const table = systemTable("_audit_log");
    const range = { start: new Uint8Array(0), end: null } as const;
    transaction.addReadRange(table.byCreationTime, range);
    const page = transaction.snapshot.scan(
      table.byCreationTime.id,
      range.start,
      null,
      "desc",
      Math.trunc(wanted),
    );
    return encodeValueToString(
      page.map(({ document }) => {
        const entry = decodeValue(JSON.parse(document.json)) as unknown as AuditDocument & SystemFields;
        const { _id, _creationTime, author, action, metadata } = entry;
        return { _id, _creationTime, author, action, metadata: decodeValue(JSON.parse(metadata)) };
      }),
    );
  },
};
