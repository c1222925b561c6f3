import { runInspectionConformance } from "../conformance/inspection-conformance.ts";
import { runStoreConformance } from "../conformance/store-conformance.ts";
import { SqliteStore } from "./sqlite-store.ts";

runStoreConformance("sqlite", (folder) => new SqliteStore(folder));
runInspectionConformance("sqlite", (folder) => new SqliteStore(folder));
