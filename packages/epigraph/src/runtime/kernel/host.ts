import type { HostBridge } from "./bridge.ts";

/** Installed by the host before this script is evaluated, and removed from the global object afterwards. */
declare const __host: HostBridge;

export const host: HostBridge = __host;
