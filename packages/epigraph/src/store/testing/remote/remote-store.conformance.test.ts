import { runStoreConformance } from "../../conformance/store-conformance.ts";
import { RemoteHost } from "./remote-host.ts";
import { RemoteStore } from "./remote-store.ts";

const host = new RemoteHost();

runStoreConformance("slow remote", (folder) => new RemoteStore(host, folder, { latencyMs: 0.2 }));
