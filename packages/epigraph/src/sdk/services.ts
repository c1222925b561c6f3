import { ABI_VERSION } from "./abi-version.ts";
import { requireArgument } from "./arguments.ts";
import { callHostAsync } from "./syscall.ts";

export type ServiceName = "ai-gateway";

/** A token for a service beside the deployment. Rejects where the host has no such service. */
export async function getServiceToken(service: ServiceName): Promise<string> {
  requireArgument(service, 1, "getServiceToken", "service");
  return callHostAsync("1.0/createServiceToken", { service, version: ABI_VERSION });
}

/** The URL of a service beside the deployment. Rejects where the host has no such service. */
export async function getServiceUrl(service: ServiceName): Promise<string> {
  requireArgument(service, 1, "getServiceUrl", "service");
  return callHostAsync("1.0/getServiceUrl", { service, version: ABI_VERSION });
}
