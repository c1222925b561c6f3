import { jsonToConvex } from "./convex-json.ts";
import type { FunctionType } from "./functions-api.ts";
import type { FunctionVisibility } from "./registration-types.ts";
import { callHost, callHostAsync } from "./syscall.ts";
import type { JSONValue } from "./value-types.ts";

/** `remaining` is negative once a limit has been passed. */
export type TransactionMetric = { used: number; remaining: number };

/** What the running transaction has used of its limits. */
export type TransactionMetrics = { [Metric in keyof Required<TransactionLimits>]: TransactionMetric };

/** Limits of a nested call, below those of the transaction around it. */
export interface TransactionLimits {
  bytesRead?: number;
  bytesWritten?: number;
  databaseQueries?: number;
  documentsRead?: number;
  documentsWritten?: number;
  functionsScheduled?: number;
  scheduledFunctionArgsBytes?: number;
  filesWritten?: number;
  fileWriteBytes?: number;
  filesRead?: number;
  fileReadBytes?: number;
}

export type FunctionMetadata = {
  name: string;
  /** Empty in the app itself. */
  componentPath: string;
  type: FunctionType;
  visibility: FunctionVisibility;
};

export type DeploymentMetadata = {
  name: string;
  region: string | null;
  class: "s16" | "s256" | "d1024" | "d2048";
};

/** The request that led to the running function. */
export type RequestMetadata = {
  ip: string | null;
  userAgent: string | null;
  requestId: string;
  scheduledFunctionId: string | null;
  authToken: string | null;
};

export interface QueryMeta {
  getFunctionMetadata(): Promise<FunctionMetadata>;
  getTransactionMetrics(): Promise<TransactionMetrics>;
  getDeploymentMetadata(): Promise<DeploymentMetadata>;
  /** Nanoseconds since the epoch; a query that asks for it is cached for a short time only. */
  getSnapshotTs(): bigint;
}

export interface MutationMeta extends QueryMeta {
  getRequestMetadata(): Promise<RequestMetadata>;
}

export interface ActionMeta {
  getFunctionMetadata(): Promise<FunctionMetadata>;
  getDeploymentMetadata(): Promise<DeploymentMetadata>;
  getRequestMetadata(): Promise<RequestMetadata>;
}

/** `ctx.meta` of queries. */
export function makeQueryMeta(visibility: FunctionVisibility): QueryMeta {
  return {
    getFunctionMetadata: () => functionMetadata("query", visibility),
    getTransactionMetrics,
    getDeploymentMetadata,
    getSnapshotTs,
  };
}

/** `ctx.meta` of mutations. */
export function makeMutationMeta(visibility: FunctionVisibility): MutationMeta {
  return {
    getFunctionMetadata: () => functionMetadata("mutation", visibility),
    getTransactionMetrics,
    getDeploymentMetadata,
    getRequestMetadata,
    getSnapshotTs,
  };
}

/** `ctx.meta` of actions and HTTP actions. */
export function makeActionMeta(visibility: FunctionVisibility): ActionMeta {
  return {
    getFunctionMetadata: () => functionMetadata("action", visibility),
    getDeploymentMetadata,
    getRequestMetadata,
  };
}

async function functionMetadata(
  type: FunctionType,
  visibility: FunctionVisibility,
): Promise<FunctionMetadata> {
  const { name, componentPath } = await callHostAsync<FunctionMetadata>("1.0/getFunctionMetadata", {});
  return { name, componentPath, type, visibility };
}

async function getTransactionMetrics(): Promise<TransactionMetrics> {
  try {
    return await callHostAsync("1.0/getTransactionMetrics", {});
  } catch (error) {
    if (!(error as Error).message.includes("Unknown async operation")) throw error;
    throw new Error(
      "getTransactionMetrics() can only be called from a query or mutation. It is not available in actions or outside of a Convex function.",
    );
  }
}

async function getDeploymentMetadata(): Promise<DeploymentMetadata> {
  const metadata = await callHostAsync<DeploymentMetadata>("1.0/getDeploymentMetadata", {});
  return { name: metadata.name, region: metadata.region ?? null, class: metadata.class };
}

async function getRequestMetadata(): Promise<RequestMetadata> {
  const metadata = await callHostAsync<RequestMetadata>("1.0/getRequestMetadata", {});
  const { ip, userAgent, requestId, scheduledFunctionId, authToken } = metadata;
  return { ip, userAgent, requestId, scheduledFunctionId, authToken };
}

function getSnapshotTs(): bigint {
  return jsonToConvex(callHost<JSONValue>("1.0/getSnapshotTs", {})) as bigint;
}
