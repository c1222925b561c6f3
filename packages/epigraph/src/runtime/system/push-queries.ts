import type { PushRecordDocument } from "../../database/catalogue/catalogue-documents.ts";
import { allSystemDocuments } from "../../database/transaction/system-documents.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import type { SystemQuery } from "./system-query.ts";

/**
 * The pushes that can be activated again, the newest first: `{id, author, timeMs, message, report, isActive}`, the report
 * of what it changed as JSON text; no author where the deployment's own process has pushed.
 */
export const listPushes: SystemQuery = {
  right: "ViewData",
  run({ transaction, component }) {
    const active = transaction.catalogue.activePush(component)?._id;
    return encodeValueToString(
      allSystemDocuments<PushRecordDocument>(transaction, "_push_history")
        .map(({ _id, pushId, author, timeMs, message, report }) => ({
          id: _id,
          author,
          timeMs,
          message,
          report,
          isActive: pushId === active,
        }))
        .reverse(),
    );
  },
};
