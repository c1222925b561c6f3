import { dashboardRoutes } from "../dashboard/dashboard-routes.ts";
import type { LiveEndpoint } from "../live/live-endpoint.ts";
import type { Route } from "../router.ts";
import { FILE_PREFIX, getFile } from "../storage/download.ts";
import { postUpload } from "../storage/upload.ts";
import { postAction } from "./action.ts";
import { getCanonicalUrls, type PublicUrls, postUpdateCanonicalUrl } from "./canonical-urls.ts";
import { getCheckAdminKey } from "./check-admin-key.ts";
import { getCrons, postCron } from "./crons.ts";
import { pushRoutes } from "./deploy/push-routes.ts";
import { postEcho } from "./echo.ts";
import { getListEnvironmentVariables, postUpdateEnvironmentVariables } from "./environment-variables.ts";
import { postFunction } from "./function.ts";
import { getHealth, getInstanceName, getInstanceVersion, getRoot, getVersion } from "./instance.ts";
import { getStreamFunctionLogs, getStreamUdfExecution } from "./logs.ts";
import { postMutation } from "./mutation.ts";
import { operateRoutes } from "./operate/operate-routes.ts";
import { getQuery, postQuery } from "./query.ts";
import { postQueryAtTs } from "./query-at-ts.ts";
import { postQueryBatch } from "./query-batch.ts";
import { postQueryTs } from "./query-ts.ts";
import { postRun, RUN_PREFIX } from "./run.ts";
import { postRunTestFunction } from "./run-test-function.ts";
import {
  postCancelAllJobs,
  postCancelJob,
  postDeleteScheduledFunctionsTable,
} from "./scheduled-functions.ts";
import { transferRoutes } from "./transfers.ts";

/** Every endpoint of the API origin but HTTP actions. */
export function apiRoutes(urls: () => PublicUrls, live: LiveEndpoint): readonly Route[] {
  return [
    { method: "GET", path: "/", handle: getRoot },
    { method: "GET", path: "/version", handle: getVersion },
    { method: "GET", path: "/health", handle: getHealth },
    { method: "GET", path: "/instance_version", handle: getInstanceVersion },
    { method: "GET", path: "/instance_name", handle: getInstanceName },
    { method: "POST", path: "/echo", handle: postEcho },
    { method: "POST", path: "/api/query", handle: postQuery },
    { method: "GET", path: "/api/query", handle: getQuery },
    { method: "GET", path: "/api/live", handle: (exchange) => live.handle(exchange) },
    { method: "POST", path: "/api/mutation", handle: postMutation },
    { method: "POST", path: "/api/action", handle: postAction },
    { method: "POST", path: "/api/function", handle: postFunction },
    { method: "POST", path: RUN_PREFIX, handle: postRun },
    { method: "POST", path: "/api/storage/upload", handle: postUpload },
    { method: "GET", path: FILE_PREFIX, handle: getFile },
    { method: "POST", path: "/api/query_ts", handle: postQueryTs },
    { method: "POST", path: "/api/query_at_ts", handle: postQueryAtTs },
    { method: "POST", path: "/api/query_batch", handle: postQueryBatch },
    { method: "GET", path: "/api/check_admin_key", handle: getCheckAdminKey },
    { method: "GET", path: "/api/list_environment_variables", handle: getListEnvironmentVariables },
    { method: "GET", path: "/api/v1/list_environment_variables", handle: getListEnvironmentVariables },
    { method: "POST", path: "/api/update_environment_variables", handle: postUpdateEnvironmentVariables },
    { method: "POST", path: "/api/v1/update_environment_variables", handle: postUpdateEnvironmentVariables },
    { method: "POST", path: "/api/cancel_job", handle: postCancelJob },
    { method: "POST", path: "/api/cancel_all_jobs", handle: postCancelAllJobs },
    {
      method: "POST",
      path: "/api/delete_scheduled_functions_table",
      handle: postDeleteScheduledFunctionsTable,
    },
    { method: "GET", path: "/api/crons", handle: getCrons },
    { method: "POST", path: "/api/run_cron", handle: postCron("runNow") },
    { method: "POST", path: "/api/pause_cron", handle: postCron("pause") },
    { method: "POST", path: "/api/resume_cron", handle: postCron("resume") },
    { method: "GET", path: "/api/v1/get_canonical_urls", handle: getCanonicalUrls(urls) },
    { method: "POST", path: "/api/update_canonical_url", handle: postUpdateCanonicalUrl },
    { method: "POST", path: "/api/v1/update_canonical_url", handle: postUpdateCanonicalUrl },
    { method: "POST", path: "/api/run_test_function", handle: postRunTestFunction },
    ...pushRoutes,
    ...dashboardRoutes,
    ...transferRoutes,
    ...operateRoutes,
    ...["/api", "/api/app_metrics"].flatMap((prefix): Route[] => [
      { method: "GET", path: `${prefix}/stream_function_logs`, handle: getStreamFunctionLogs },
      { method: "GET", path: `${prefix}/stream_udf_execution`, handle: getStreamUdfExecution },
    ]),
  ];
}
