import type { CatalogueCache } from "../../database/catalogue/catalogue-cache.ts";
import type { CommitterConnection } from "../../database/committer/committer-connection.ts";
import type { PageCursors } from "../../database/query/page-cursors.ts";
import type { FileStorage } from "../../files/file-storage.ts";
import type { UploadTokens } from "../../files/upload-tokens.ts";
import type { SnapshotSource } from "../../store/store.ts";
import type { CodeCache } from "./code-cache.ts";
import type { Effects } from "./effects.ts";
import type { NewestSnapshot } from "./newest-snapshot.ts";
import type { Slices } from "./slices.ts";
import type { TimeLimits } from "./time-limits.ts";

/** What running queries and mutations stands on. */
export interface TransactionRunnerParts {
  readonly snapshots: SnapshotSource;
  readonly newest: NewestSnapshot;
  readonly committer: CommitterConnection;
  readonly catalogues: CatalogueCache;
  readonly codes: Pick<CodeCache, "get">;
  readonly cursors: PageCursors;
  readonly effects: Effects;
  readonly instanceName: string;
  readonly files: FileStorage;
  readonly uploadTokens: UploadTokens;
  /** Variables that the host sets, over those of the app. */
  readonly builtIn: () => Readonly<Record<string, string>>;
  readonly slices: Slices;
  readonly timeLimits: TimeLimits;
  readonly realmScript?: string | undefined;
}
