import type { AuthConfig } from "convex/server";

export default {
  providers: [{ domain: process.env.OIDC_ISSUER!, applicationID: "notes" }],
} satisfies AuthConfig;
