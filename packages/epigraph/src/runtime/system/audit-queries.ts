import type { AuditDocument, SystemFields } from "../../database/catalogue/catalogue-documents.ts";
import { systemTable } from "../../database/catalogue/system-tables.ts";
import { decodeValue, encodeValueToString } from "../../values/encoded-json.ts";
import { type SystemQuery, WHOLE_INDEX } from "./system-query.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** What was done with admin keys, the newest first: `limit` entries, 100 where it is not said. */
export const auditLog: SystemQuery = {
  right: "ViewAuditLog",
  run({ transaction }, { limit }) {
    const wanted = typeof limit === "number" && limit >= 1 ? Math.min(limit, MAX_LIMIT) : DEFAULT_LIMIT;
    const table = systemTable("_audit_log");
    transaction.addReadRange(table.byCreationTime, WHOLE_INDEX);
    const page = transaction.snapshot.scan(
      table.byCreationTime.id,
      WHOLE_INDEX.start,
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
