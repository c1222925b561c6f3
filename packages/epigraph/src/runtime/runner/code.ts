import type { PushInfo } from "../../database/catalogue/catalogue.ts";
import { MODULES } from "../../database/catalogue/system-tables.ts";
import type { Snapshot } from "../../store/store.ts";
import { encodeKey, keyPrefixEnd } from "../../values/index-key.ts";
import type { RealmModule } from "../realm/realm.ts";
import { StackMapper } from "./map-stack.ts";

/** Modules evaluated once for each realm: the SDK, which holds no state. */
const SHARED = new Set(["_sdk.js", "convex/server", "convex/values"]);

/** The code of one push, ready to be put into realms. */
export interface Code {
  readonly pushId: string;
  readonly modules: readonly RealmModule[];
  readonly stacks: StackMapper;
  readonly importSeed: string;
  readonly importTimeMs: number;
}

interface ModuleRow {
  readonly source: string;
  readonly sourceMap: string | null;
}

/** Reads the modules of a push from the snapshot that activated it. */
export function loadCode(snapshot: Snapshot, push: PushInfo): Code {
  const byHash = (MODULES.indexes[2] as { indexId: number }).indexId;
  const rows = new Map(
    push.modules.map(({ path, hash }) => {
      const prefix = encodeKey([hash]);
      const entry = snapshot.scan(byHash, prefix, keyPrefixEnd(prefix), "asc", 1)[0];
      if (entry === undefined)
        throw new Error(`Module ${path} is missing from the store: push the app again.`);
      return [path, JSON.parse(entry.document.json) as ModuleRow] as const;
    }),
  );
  return makeCode(
    push.id,
    push,
    [...rows].map(([path, row]) => ({ path, ...row })),
  );
}

/** @param push the seed and clock that module top levels see. */
export function makeCode(
  pushId: string,
  push: Pick<PushInfo, "importSeed" | "importTimeMs">,
  modules: readonly { readonly path: string; readonly source: string; readonly sourceMap: string | null }[],
): Code {
  const maps = new Map(modules.map((module) => [module.path, module.sourceMap]));
  return {
    pushId,
    modules: modules.map(({ path, source }) => ({ path, source, shared: SHARED.has(path) })),
    stacks: new StackMapper((path) => maps.get(path) ?? null),
    importSeed: push.importSeed,
    importTimeMs: push.importTimeMs,
  };
}
