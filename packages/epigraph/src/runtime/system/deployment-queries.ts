import { encodeValueToString } from "../../values/encoded-json.ts";
import type { SystemQuery } from "./system-query.ts";

/** What is known of the deployment as a whole: `{cloudUrl, siteUrl, pushedAt}`, the time of the push that runs, or null. */
export const describeDeployment: SystemQuery = {
  right: "ViewData",
  run: ({ transaction, component, builtIn }) =>
    encodeValueToString({
      cloudUrl: builtIn["CONVEX_CLOUD_URL"] ?? "",
      siteUrl: builtIn["CONVEX_SITE_URL"] ?? "",
      pushedAt: transaction.catalogue.activePush(component)?._creationTime ?? null,
    }),
};
