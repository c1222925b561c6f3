import { deleteFile, factsOf, findFile } from "../../database/stored-files/file-documents.ts";
import { findStorageId, readStorageId } from "../../database/stored-files/storage-id.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import { audit, listArgument, type SystemMutation, type SystemQuery, textArgument } from "./system-query.ts";

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
  run(context, args) {
    const { transaction, component } = context;
    const ids = listArgument(args, "ids");
    for (const id of ids) {
      const file = findFile(transaction, component, readStorageId(id, "storage.delete"));
      if (file !== null) deleteFile(transaction, file);
    }
    audit(context, "delete_files", { storage_ids: ids });
    return "null";
  },
};

/** Path and query on this origin where a file can be sent to, for an hour. */
export const generateUploadUrl: SystemMutation = {
  right: "WriteData",
  run(context) {
    const { transaction, component, uploadToken } = context;
    audit(context, "generate_upload_url", {});
    const token = uploadToken(component, transaction.nowMs);
    return encodeValueToString(`/api/storage/upload?token=${token}`);
  },
};
