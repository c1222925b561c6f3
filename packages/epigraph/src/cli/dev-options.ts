import type { Settings } from "./settings/settings.ts";

/** What `epigraph dev` was asked to do. */
export interface DevOptions {
  /** The app's folder; absolute. */
  readonly dir: string;
  readonly settings: Settings;
  readonly once: boolean;
  readonly typecheck: "off" | "warn" | "fail";
}
