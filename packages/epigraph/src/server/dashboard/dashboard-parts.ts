import type { FunctionsState } from "../../functions/runner-functions.ts";
import type { OneTimeLinks } from "../../services/dashboard/one-time-links.ts";
import type { DashboardAssets } from "./dashboard-assets.ts";

export interface DashboardParts {
  readonly assets: DashboardAssets;
  readonly links: OneTimeLinks;
  /** A key of this deployment. */
  readonly adminKey: () => string;
  /** What runs and waits now. */
  readonly functionsState: () => FunctionsState;
}
