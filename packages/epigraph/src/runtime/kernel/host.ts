import type { RealmBridge } from "./bridge.ts";

/** Installed by the host before this script is evaluated, and removed from the global object afterwards. */
declare const __host: RealmBridge;

export const host: RealmBridge = __host;
