import { nanosecondsFromTicks, type Ticks } from "../../store/ticks.ts";
import { resolveKey } from "../../values/index-key.ts";
import { resolveCommitTs } from "../../values/resolve-commit-ts.ts";
import type { CommitRequest, TransactionWrite } from "../commit-request.ts";

/**
 * The request as it is at a timestamp: in documents, in the keys of their indexes and in what is checked against the
 * reads of others, the timestamp stands where the placeholder was. The request itself stays as it is, for it may be
 * decided again, with another timestamp; one without placeholders is returned.
 */
export function resolveWrites(request: CommitRequest, ts: Ticks): CommitRequest {
  if (request.writes.every(({ commitTsOffsets }) => commitTsOffsets === null)) return request;
  const ns = nanosecondsFromTicks(ts);
  return { ...request, writes: request.writes.map((write) => resolveWrite(write, ns)) };
}

function resolveWrite(write: TransactionWrite, ns: bigint): TransactionWrite {
  const { json, indexes, touched, commitTsOffsets } = write;
  if (commitTsOffsets === null || json === null) return write;
  const resolvedKeys = new Map<Uint8Array, Uint8Array>();
  return {
    ...write,
    json: resolveCommitTs(json, ns),
    indexes: indexes.map((change, i) => {
      const offsets = commitTsOffsets[i] ?? [];
      if (change.add === null || offsets.length === 0) return change;
      const add = resolveKey(change.add, offsets, ns);
      resolvedKeys.set(change.add, add);
      return { ...change, add };
    }),
    // A key that is added is touched as the very same object.
    touched: touched.map(({ index, key }) => ({ index, key: resolvedKeys.get(key) ?? key })),
    commitTsOffsets: null,
  };
}
