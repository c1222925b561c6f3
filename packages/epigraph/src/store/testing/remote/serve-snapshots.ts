import type { IndexEntry, Snapshot, Store } from "../../store.ts";
import type { RemoteHandlers, RemotePage, ScanRequest, SnapshotNumber } from "./remote-messages.ts";

/** Texts of one page: what is read ahead and not wanted is memory and time on the way. */
const PAGE_CHARACTERS = 1024 * 1024;
/** Read from the engine at a time, so that a page of giant documents does not stand in memory as a whole. */
const STEP_ROWS = 64;

/** The remote side of snapshots, pinned here until their callers let go of them. */
export function serveSnapshots(store: Store): RemoteHandlers {
  const source = store.openSnapshots();
  const pinned = new Map<SnapshotNumber, Snapshot>();
  let last = 0;
  const find = (snapshot: SnapshotNumber): Snapshot => {
    const found = pinned.get(snapshot);
    if (found === undefined) throw new Error(`snapshot ${snapshot} is closed`);
    return found;
  };
  return {
    openSnapshot({ at }) {
      const opened = source.open(at ?? undefined);
      pinned.set(++last, opened);
      return { snapshot: last, ts: opened.ts, catalogueTs: opened.catalogueTs };
    },
    get: ({ snapshot, index, key }) => find(snapshot).get(index, key),
    scan: (request) => readPage(find(request.snapshot), request),
    closeSnapshot({ snapshot }) {
      pinned.get(snapshot)?.close();
      pinned.delete(snapshot);
      return null;
    },
    close() {
      for (const snapshot of pinned.values()) snapshot.close();
      source.close();
      return null;
    },
  };
}

function readPage(snapshot: Snapshot, { index, start, end, order, limit }: ScanRequest): RemotePage {
  const entries: IndexEntry[] = [];
  let bounds = { start, end };
  let characters = 0;
  while (entries.length < limit) {
    const rows = Math.min(STEP_ROWS, limit - entries.length);
    const found = snapshot.scan(index, bounds.start, bounds.end, order, rows);
    for (const entry of found) {
      entries.push(entry);
      characters += entry.document.json.length;
      if (characters >= PAGE_CHARACTERS) return { entries, isExhausted: false };
    }
    const last = found.at(-1);
    if (last === undefined || found.length < rows) return { entries, isExhausted: true };
    bounds = order === "asc" ? { start: Uint8Array.from([...last.key, 0]), end } : { start, end: last.key };
  }
  return { entries, isExhausted: false };
}
