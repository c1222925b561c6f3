import { type Store, StoreError, type StoreLoad, type StoreWriter } from "../../store.ts";
import type { RemoteHandlers, WriterHead } from "./remote-messages.ts";

/** The remote side of the writer. It keeps house by itself, as a database server does, while nobody waits for it. */
export function serveWriter(store: Store): RemoteHandlers {
  let opened: StoreWriter | null = null;
  let load: StoreLoad | null = null;
  const writer = (): StoreWriter => {
    // Opened by the first call, so that what is wrong with the store is told to its caller.
    opened ??= store.openWriter();
    return opened;
  };
  const head = ({ lastTs, catalogueTs }: StoreWriter): WriterHead => ({ lastTs, catalogueTs });
  const keepHouse = (): void => {
    try {
      if (opened?.maintain() === false) setImmediate(keepHouse);
    } catch (error) {
      // A broken store tells the next caller; on a full disk it is tried again after the next commit.
      if (!(error instanceof StoreError)) throw error;
    }
  };
  return {
    openWriter: () => head(writer()),
    apply(commits) {
      writer().apply(commits);
      setImmediate(keepHouse);
      return head(writer());
    },
    dropIndexEntries: ({ index, limit }) => writer().dropIndexEntries(index, limit),
    openLoad({ path }) {
      load = writer().openLoad(path);
      return null;
    },
    stepLoad() {
      setImmediate(keepHouse);
      return load!.step();
    },
    closeLoad() {
      load?.close();
      return null;
    },
    prune({ before, limit }) {
      setImmediate(keepHouse);
      return writer().prune(before, limit);
    },
    close() {
      opened?.close();
      opened = null;
      return null;
    },
  };
}
