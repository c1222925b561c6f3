import { deleteFile, factsOf, findFile } from "../../database/stored-files/file-documents.ts";
import { findStorageId, readStorageId } from "../../database/stored-files/storage-id.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import { listArgument, type SystemMutation, type SystemQuery, textArgument } from "./system-query.ts";

/** A file, by its id: `{contentType, path}`, the path of its URL on this origin; null when there is none. */
export const describeFile: SystemQuery = {
  right: "ViewData",
  run({ transaction, component }, args) {
    const name = findStorageId(textArgument(args, "id"));
    const file = name === null ? null : findFile(transaction, component, name);
    if (file === null) return "null";
    const { contentType } = factsOf(transaction, file);
    return encodeValueToString({ contentType, path: `/api/storage/${file.uuid}` });
  },
};

/** `{ids}`: those that are gone already are passed over. → null */
export const removeFiles: SystemMutation = {
  right: "WriteData",
  run({ transaction, component }, args) {
    for (const id of listArgument(args, "ids")) {
      const file = findFile(transaction, component, readStorageId(id, "storage.delete"));
      if (file !== null) deleteFile(transaction, file);
    }
    return "null";
  },
};

/** Path and query on this origin where a file can be sent to, for an hour. */
export const generateUploadUrl: SystemMutation = {
  right: "WriteData",
  run({ transaction, component, uploadToken }) {
    const token = uploadToken(component, transaction.nowMs);
    return encodeValueToString(`/api/storage/upload?token=${token}`);
  },
};
