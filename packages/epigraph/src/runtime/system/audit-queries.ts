import type { AuditDocument, SystemFields } from "../../database/catalogue/catalogue-documents.ts";
import { systemTable } from "../../database/catalogue/system-tables.ts";
import { decodeValue, encodeValueToString } from "../../values/encoded-json.ts";
import { encodeKey } from "../../values/index-key.ts";
import type { Value } from "../../values/value.ts";
import { type SystemQuery, WHOLE_INDEX } from "./system-query.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
const PAGE_ROWS = 256;

/**
 * What was done with admin keys, the newest first: `limit` entries, 100 where it is not said; those of an `action`, from
 * `fromMs` on and before `beforeMs`, where that is said.
 */
export const auditLog: SystemQuery = {
  right: "ViewAuditLog",
  run({ transaction }, { limit, action, fromMs, beforeMs }) {
    const wanted = typeof limit === "number" && limit >= 1 ? Math.min(limit, MAX_LIMIT) : DEFAULT_LIMIT;
    const { byCreationTime } = systemTable("_audit_log");
    const start = typeof fromMs === "number" ? encodeKey([fromMs]) : WHOLE_INDEX.start;
    const end = typeof beforeMs === "number" ? encodeKey([beforeMs]) : null;
    transaction.addReadRange(byCreationTime, { start, end });
    const found: Value[] = [];
    for (let before: Uint8Array | null = end; found.length < Math.trunc(wanted); ) {
      const page = transaction.snapshot.scan(byCreationTime.id, start, before, "desc", PAGE_ROWS);
      for (const { document } of page) {
        const entry = decodeValue(JSON.parse(document.json)) as unknown as AuditDocument & SystemFields;
        if (typeof action !== "string" || entry.action === action) found.push(described(entry));
      }
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_ROWS) break;
      before = last.key;
    }
    return encodeValueToString(found.slice(0, Math.trunc(wanted)));
  },
};

function described({ _id, _creationTime, author, action, metadata }: AuditDocument & SystemFields): Value {
  return { _id, _creationTime, author, action, metadata: decodeValue(JSON.parse(metadata)) };
}
