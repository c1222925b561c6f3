import { encodeValueToString } from "../../values/encoded-json.ts";
import { hostVariable, type SystemQuery } from "./system-query.ts";

/** What is known of the deployment as a whole: `{cloudUrl, siteUrl, pushedAt, isPaused}`, with the time of the push that runs, or null. */
export const describeDeployment: SystemQuery = {
  right: "ViewData",
  run(context) {
    const { catalogue } = context.transaction;
    return encodeValueToString({
      cloudUrl: hostVariable(context, "CONVEX_CLOUD_URL"),
      siteUrl: hostVariable(context, "CONVEX_SITE_URL"),
      pushedAt: catalogue.activePush(context.component)?._creationTime ?? null,
      isPaused: catalogue.isPaused,
    });
  },
};
