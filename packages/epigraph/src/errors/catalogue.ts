import type { ErrorCode } from "./error-code.ts";

export interface ErrorEntry {
  /** HTTP status of an answer that carries the code. */
  readonly status: number;
  /**
   * `user`: code and message go to whoever called. `system`: they are for the operator's log and terminal; a caller
   * gets the status with the text of `InternalServerError`.
   */
  readonly audience: "user" | "system";
  /** What happened, one sentence. */
  readonly summary: string;
  /** What to do about it, one or two sentences. */
  readonly remedy: string;
}

function user(status: number, summary: string, remedy: string): ErrorEntry {
  return { status, audience: "user", summary, remedy };
}

function system(status: number, summary: string, remedy: string): ErrorEntry {
  return { status, audience: "system", summary, remedy };
}

/** Every code that an answer, a log line or the terminal can show. */
export const ERROR_CATALOGUE: Readonly<Record<ErrorCode, ErrorEntry>> = {
  // Requests
  BadJsonBody: user(
    400,
    "The request body is not the JSON that the endpoint takes.",
    "Send `Content-Type: application/json` and the fields that the message names; a body may have 16 MiB.",
  ),
  BadQueryArgs: user(
    400,
    "A parameter of the URL is missing or cannot be read.",
    "Add or correct the query parameter that the message names, percent-encoded.",
  ),
  BadFormat: user(
    400,
    "The `format` of the request is not one the server writes.",
    "Send `json`, `convex_encoded_json` or `export_json`, or leave `format` out.",
  ),
  BadConvexFunctionIdentifier: user(
    400,
    "The `path` does not name a function.",
    "Write it as `folder/module:function`, relative to the functions folder, without a leading slash.",
  ),
  InvalidComponentPath: user(
    400,
    "The `componentPath` is not the path of a component.",
    "Write the names of the components joined by `/`, or leave it out for the app itself.",
  ),
  MissingIdentifier: user(
    400,
    "The URL of `/api/run` names no function.",
    "Put module and function into the URL: `/api/run/messages/list` runs `messages:list`.",
  ),
  InvalidHost: user(
    400,
    "The host of the request cannot be part of a URL.",
    "Correct the `Host`, `X-Forwarded-Host` or `Forwarded` header; usually a proxy writes it.",
  ),
  InvalidClientVersion: user(
    400,
    "The `Convex-Client` header is not `<name>-<version>`.",
    "Send for example `Convex-Client: my-tool-1.0.0`, or leave the header out.",
  ),
  ClientVersionUnsupported: user(
    400,
    "The client library is too old for this server.",
    "Update the client library that the message names.",
  ),
  InvalidVersion: user(
    400,
    "The version in the path of a WebSocket is none.",
    "Connect to `/api/sync`, or put a version between the two: `/api/1.48.0/sync`.",
  ),
  MethodNotGet: user(400, "A WebSocket was asked for by a method other than GET.", "Use GET."),
  InvalidConnectionHeader: user(
    400,
    "The request for a WebSocket does not ask for an upgrade of its connection.",
    "Send `Connection: Upgrade`; a proxy in between has to pass it on.",
  ),
  InvalidUpgradeHeader: user(
    400,
    "The request for a WebSocket asks for an upgrade to something else.",
    "Send `Upgrade: websocket`; a proxy in between has to pass it on.",
  ),
  WebSocketKeyHeaderMissing: user(
    400,
    "The request for a WebSocket has no key.",
    "Use a WebSocket library, which sends `Sec-WebSocket-Key`.",
  ),
  InvalidWebSocketVersionHeader: user(
    400,
    "The request for a WebSocket is for another version of that protocol.",
    "Use a WebSocket library that sends `Sec-WebSocket-Version: 13`.",
  ),
  RequestBodyTooLarge: user(
    413,
    "The body of a request to an HTTP action is larger than the server takes.",
    "Send less, upload large files to file storage instead, or raise `--max-body`.",
  ),

  // Credentials
  InvalidHeaderFailure: user(
    400,
    "The `Authorization` header is too short to hold credentials.",
    "Send `Authorization: Bearer <token>` or `Authorization: Convex <admin key>`, or no such header.",
  ),
  HeaderParseFailure: user(
    400,
    "The `Authorization` header cannot be read.",
    "Use visible ASCII only; what follows an admin key and a colon is base64 of a JSON object with `tokenIdentifier`, or `issuer` and `subject`.",
  ),
  InvalidAdminKey: user(
    400,
    "The scheme of the `Authorization` header is neither `Bearer` nor `Convex`, or nothing follows it.",
    "Send a token as `Bearer <token>`, an admin key as `Convex <admin key>`.",
  ),
  BadAdminKey: user(
    401,
    "The admin key does not belong to this deployment.",
    "Use the key that this deployment printed; a new instance secret makes all older keys invalid.",
  ),
  BadDeployKey: user(
    403,
    "The endpoint needs an admin key and the request has none.",
    "Send `Authorization: Convex <admin key>`.",
  ),
  DashboardLinkInvalid: user(
    401,
    "The link of the dashboard opens nothing any more.",
    "Each link is good once, for twelve hours. Take the newest one that `epigraph dev` printed, or open the dashboard with the admin key.",
  ),
  RequestNotRecorded: user(
    404,
    "The request is not among those that were recorded.",
    "Send it again: `epigraph dev` keeps the last 200, with bodies of up to 64 KiB.",
  ),
  OperationNotPermitted: user(
    403,
    "The admin key does not allow the operation.",
    "Use a key with the right that the message names, or ask whoever runs the deployment for one.",
  ),
  InvalidKeyName: user(400, "An admin key can not have the name.", "Choose another name."),
  KeyNotFound: user(404, "There is no admin key of that name.", "Look at the list of keys."),
  InvalidAuthHeader: user(
    401,
    "The bearer token is not a JSON Web Token, lacks a claim, or can't be verified.",
    "Send the token that the identity provider issued, unchanged and before it expires.",
  ),
  NoAuthProvider: user(
    401,
    "No configured identity provider issued the token.",
    "Compare the token's issuer and audience with the providers in `convex/auth.config.ts`.",
  ),

  AuthProviderDiscoveryFailed: user(
    400,
    "The identity provider that issued the token can't be asked for its keys.",
    "Look at what the message says of its answer; compare `domain` in `convex/auth.config.ts` with the issuer that the provider names.",
  ),
  Unauthenticated: user(
    401,
    "The token of an OpenID Connect provider is not genuine, has expired, or is for somebody else.",
    "Get a fresh token from the provider; check that it is an ID token for this app alone.",
  ),

  // Function calls
  OptimisticConcurrencyControlFailure: user(
    503,
    "A mutation conflicted with other writes in every attempt.",
    "Call again. If it keeps happening, read less in the mutation or spread the writes over more documents.",
  ),
  TooManyConcurrentRequests: user(
    429,
    "More functions were called at once than may run, and no place became free in time.",
    "Call again later, or raise the deployment's concurrency limits.",
  ),
  TooManyConcurrentMutations: user(
    429,
    "A client sent more mutations than may wait behind the one that runs; its connection was closed.",
    "Wait for results before sending more; the client's library connects again and sends what was not answered.",
  ),
  TooManyInflightActionsForSingleClient: user(
    429,
    "A client started more actions than may run for one; its connection was closed.",
    "Wait for results before starting more.",
  ),
  TooManyLiveStreams: user(
    429,
    "As many live streams are open as the server allows.",
    "Close streams that nobody reads, or ask `/api/live` with `Accept: application/json` and an ETag.",
  ),
  ClientDisconnected: user(
    408,
    "Nothing was heard from a client for two minutes, so its connection was closed.",
    "Nothing: a client that is still there connects again by itself.",
  ),

  // Environment variables
  EnvironmentVariableNameInvalid: user(
    400,
    "The name of an environment variable has characters it must not have.",
    "Use letters, digits and underscores, and no digit in front.",
  ),
  EnvironmentVariableNameTooLong: user(
    400,
    "The name of an environment variable is longer than 256 characters.",
    "Choose a shorter name.",
  ),
  EnvironmentVariableValueTooLarge: user(
    400,
    "The value of an environment variable is larger than 8 KiB.",
    "Store large values in a table or a file and keep only their name in the environment.",
  ),
  EnvVarLimitMet: user(
    400,
    "The deployment would have more than 512 environment variables.",
    "Remove variables that no function reads, or join several into one JSON value.",
  ),
  EnvVarTotalSizeLimitMet: user(
    400,
    "All environment variables together would be larger than 512 KiB.",
    "Remove or shorten values; large ones belong into a table.",
  ),
  EnvVarNameNotUnique: user(
    400,
    "One change names the same environment variable twice.",
    "Name each variable once in a change.",
  ),
  EnvVarNameForbidden: user(
    400,
    "The name of the environment variable belongs to the server.",
    "Choose another name; the built-in URLs follow the server's own settings.",
  ),

  InvalidEnvVarDeclaration: user(
    400,
    "The app declares an environment variable with a validator that no variable can match.",
    "Declare it with `v.string()`, a literal text, or a union of literal texts.",
  ),
  MissingEnvironmentVariables: user(
    400,
    "The app declares environment variables that are not set.",
    "Set the variables that the message names, then push again.",
  ),
  InvalidEnvironmentVariable: user(
    400,
    "An environment variable has a value that the app does not allow.",
    "Set it to one of the values that the message names.",
  ),
  RequiredEnvironmentVariable: user(
    400,
    "The environment variable is declared as required by the app that runs.",
    "Push an app that does not need it first.",
  ),

  // Paused deployments
  PauseDeploymentFailed: user(
    400,
    "The deployment is paused already.",
    "Nothing has to be done: no function runs.",
  ),
  UnpauseDeploymentFailed: user(
    400,
    "The deployment is not paused.",
    "Nothing has to be done: functions run.",
  ),
  BackendIsNotRunning: user(
    400,
    "The deployment is paused, and takes and gives no files.",
    "Resume it: `epigraph resume`.",
  ),

  // Crons
  CronNotFound: user(
    404,
    "There is no cron of that name.",
    "Name one that `GET /api/crons` lists; a push that leaves one out removes it.",
  ),

  // Import and export
  TableNotFound: user(
    404,
    "There is no table of that name.",
    "Name one that `epigraph data` lists, in the same letters.",
  ),
  InvalidImport: user(
    400,
    "The data to be imported can not be read, or not be stored.",
    "Correct the row that the message names, or the request.",
  ),
  InvalidZip: user(
    400,
    "The file is no ZIP that can be imported.",
    "Export again, or zip the folder of an export; see docs/IMPORT_AND_EXPORT.md for what is in one.",
  ),
  InvalidName: user(
    400,
    "A table of the import has a name that tables can not have.",
    "Rename it: letters, digits and underscores, a letter first.",
  ),
  TableExists: user(
    400,
    "The import goes into a table that has documents.",
    "Choose another table, or import with `--append` or `--replace`.",
  ),
  DuplicateId: user(400, "Two documents of the import have the same id.", "Remove one of them."),
  ImportConflict: user(
    400,
    "The import has ids of another table or deployment.",
    "Remove the ids, or replace all tables with `--replace-all`.",
  ),
  TableConflict: user(
    400,
    "The import needs a table number that another table has.",
    "Import with `--replace-all`, or remove the ids from the import.",
  ),
  TableNumberConflict: user(
    400,
    "The import has ids with another number than the table that it is appended to.",
    "Remove the ids from the import, or replace the table.",
  ),
  InvalidId: user(400, "A document of the import has no proper id.", "Remove the `_id`, or correct it."),
  ImportNotFound: user(404, "There is no import of that id.", "Begin again."),
  ImportNotWaiting: user(400, "The import is not waiting for being confirmed.", "Look at its state."),
  UploadNotFound: user(404, "There is no upload of that token.", "Begin a new upload."),
  ExportInProgress: user(400, "An export is under way already.", "Wait for it, or cancel it."),
  ExportNotFound: user(404, "There is no export of that name.", "Ask for a new one."),
  ExportNotComplete: user(400, "The export is not finished.", "Wait for its state to be `completed`."),
  BadSnapshotId: user(400, "The path names no export.", "Use the number that the export's state gave."),

  // File storage
  BadHeader: user(
    400,
    "A header of an upload cannot be read.",
    "Send `Content-Type` as `type/subtype` with its parameters, and `Digest` as `sha-256=` and the base64 of 32 bytes, or leave them out.",
  ),
  Sha256Mismatch: user(
    400,
    "The uploaded bytes are not those that the digest was made of.",
    "Send the file again; if it stays so, make the digest anew of exactly the bytes that are sent.",
  ),
  StorageTokenInvalid: user(
    401,
    "The token of the upload URL cannot be read.",
    "Use the URL that `storage.generateUploadUrl` gave, unchanged.",
  ),
  InvalidStorageToken: user(
    401,
    "The token of the upload URL is for another deployment or component.",
    "Ask the deployment that is to have the file for an upload URL.",
  ),
  StorageTokenExpired: user(
    401,
    "The upload URL is older than an hour.",
    "Ask for a new one right before each upload.",
  ),
  InvalidStoragePath: user(
    400,
    "The URL of a file does not end in a UUID.",
    "Use the URL that `storage.getUrl` gives.",
  ),
  FileNotFound: user(
    404,
    "There is no file under the URL.",
    "Ask `storage.getUrl` again; it gives null for a file that is no longer there.",
  ),
  FileLost: system(
    500,
    "The bytes of a file are not where they were stored.",
    "Put the folder `files` of the data folder, or the bucket, back as it belongs to the database; check the `S3_…` settings.",
  ),

  // Starting
  PortInUse: system(
    500,
    "Another program listens on the port.",
    "Stop that program, or choose another port (`--port`, `--site-port`; 0 picks a free one).",
  ),
  PortNotAllowed: system(
    500,
    "The operating system does not let this user listen on the port.",
    "Choose a port above 1023, or let a reverse proxy listen on the low one.",
  ),
  AddressNotAvailable: system(
    500,
    "The host to listen on is not an address of this machine.",
    "Use `127.0.0.1` for this machine only, `0.0.0.0` for every address it has.",
  ),
  TracingNotInstalled: system(
    500,
    "Traces are asked for, and the packages that make them are not installed.",
    "Install the packages that the message names beside this one, or remove `OTEL_EXPORTER_OTLP_ENDPOINT` from the environment.",
  ),

  // Pushing
  NoApp: user(
    400,
    "There is no folder with functions where the command looked.",
    "Run it in the app's folder or name that with `--dir`; create `convex/` where there is none yet.",
  ),
  NoFunctions: user(
    400,
    "The functions folder has no file with functions.",
    "Add a file that exports a query, mutation, action or HTTP router.",
  ),
  InvalidConvexJson: user(
    400,
    "The app's convex.json cannot be used.",
    "Correct the setting that the message names.",
  ),
  BundleFailed: user(
    400,
    "The app's code cannot be bundled.",
    "Correct the lines that the message shows; the code before it keeps serving.",
  ),
  InvalidModules: user(
    400,
    "A module cannot be evaluated, or is not what it must be.",
    "Correct the line that the message shows; the code before it keeps serving.",
  ),
  InvalidModulePath: user(400, "A file is where the bundle has files of its own.", "Rename the folder."),
  BadConvexModuleIdentifier: user(
    400,
    "The path of a module has characters that it cannot have.",
    "Rename the file: each part may have 1 to 64 letters, digits, underscores and periods.",
  ),
  CanonicalizationConflict: user(
    400,
    "Two modules would have the same name.",
    "Rename or remove one of them.",
  ),
  InvalidFunctionName: user(
    400,
    "An export has a name that functions cannot have.",
    "Rename the export that the message names.",
  ),
  InvalidCron: user(
    400,
    "A cron of the app has a schedule, arguments or a function that it cannot have.",
    "Correct the cron that the message tells of, in `crons.ts`.",
  ),
  ModulesTooLarge: user(
    400,
    "The bundled code is too large.",
    "Import less, and leave `bundler.includeSourcesContent` in convex.json at false.",
  ),
  NotYet: user(
    400,
    "The app uses something that this version does not have.",
    "Leave the use that the message shows out, or wait for a version that has it.",
  ),
  InvalidAuthConfig: user(
    400,
    "The app's auth config fails, or is not a list of identity providers.",
    "Correct what the message names in `auth.config.ts`; the providers before it stay.",
  ),
  AuthConfigMissingEnvironmentVariable: user(
    400,
    "The app's auth config reads an environment variable that is not set.",
    "Set it with `epigraph env set`, then push again.",
  ),
  InvalidProviderDomainUrl: user(
    400,
    "The domain of an identity provider is not the URL of an issuer.",
    "Write the issuer's URL as the provider's documentation has it, for example `https://accounts.example.com`.",
  ),
  InsecureConfiguration: user(
    400,
    "An identity provider would let in users of other apps.",
    "Add the `applicationID` that the provider gave this app.",
  ),
  ConcurrentPush: user(
    400,
    "Another push was activated while this one was checked.",
    "Stop one of them and push again.",
  ),
  RaceDetected: user(400, "Environment variables changed while the push was checked.", "Push again."),
  MissingExistingModule: user(
    409,
    "A push leaves out a module that the deployment does not have.",
    "Push again; with the official CLI `--push-all-modules` sends everything.",
  ),
  MissingExistingModuleMetadata: user(
    409,
    "A push leaves out a module whose source the deployment does not have.",
    "Push again with `--push-all-modules`.",
  ),
  ExistingModuleHashConflict: user(
    409,
    "A push leaves out a module of which the deployment has another version.",
    "Push again.",
  ),
  ExistingModuleEnvConflict: user(
    409,
    "A push leaves out a module that the deployment runs in another environment.",
    "Push again.",
  ),
  InvalidExternalModules: user(
    400,
    "The packages that Node modules import can not be installed on the server.",
    "Correct `node.externalPackages` in convex.json as the message says; the server needs npm and its registry.",
  ),
  SchemaDefinitionError: user(400, "The schema breaks a rule.", "Correct the schema as the message says."),
  SchemaValidationFailed: user(
    400,
    "A document does not match the schema that is pushed.",
    "Mend the document, or loosen the schema, and push again.",
  ),
  SchemaAlreadyFailed: user(
    400,
    "A document that was written during the push does not match its schema.",
    "Mend the document, or loosen the schema, and push again.",
  ),
  SchemaAlreadyOverwritten: user(
    400,
    "Another push has submitted another schema.",
    "Stop one of the two and push again.",
  ),
  SchemaNotValidated: user(
    400,
    "A push was to end before its schema was checked.",
    "Wait for `wait_for_schema` to say `complete` first.",
  ),
  IndexBackfillingError: user(
    400,
    "An index is not filled yet.",
    "Wait for the push that makes it, or for `wait_for_schema` to say `complete`.",
  ),
  PushMessageTooLong: user(400, "The message of a push is longer than 1024 bytes.", "Shorten it."),
  PushNotFound: user(
    404,
    "There is no push of that id that could be activated again.",
    "Look at the list of pushes.",
  ),
  InvalidTestQuery: user(
    400,
    "The module of a test query does not export one query as its default.",
    "Export the query as default, and nothing else.",
  ),
  NodeVersionNotSupported: user(
    400,
    "convex.json asks for a Node version that is too old.",
    "Remove `node.nodeVersion`, or name a newer one.",
  ),
  // The store
  SnapshotTooOld: system(
    503,
    "A read asked for an instant that is further back than the kept history.",
    "Ask `/api/query_ts` for a new timestamp, or keep history longer.",
  ),
  SnapshotInFuture: system(
    500,
    "A read asked for an instant that no commit has reached yet.",
    "Use only timestamps that this deployment handed out.",
  ),
  StoreFull: system(
    503,
    "The disk with the data folder is full.",
    "Free space; nothing that was acknowledged is lost and writes work again at once.",
  ),
  StoreBroken: system(
    503,
    "The outcome of a write to disk is unknown, so the deployment takes no more writes.",
    "Look at the log for the system's message, check the disk and start again: the server recovers.",
  ),
  StoreLocked: system(
    500,
    "Another process uses the data folder.",
    "Stop that process, or choose another data folder.",
  ),
  StoreCorrupt: system(
    500,
    "The data folder holds something that this program never writes.",
    "Copy the folder away, see what `epigraph verify` says about it, and restore a backup; check the disk.",
  ),
  StoreUnreadable: system(
    500,
    "The system does not let the server open the files in the data folder.",
    "Check owner and permissions of the folder and of what is in it, and the disk, or choose another folder.",
  ),
  StoreVersion: system(
    500,
    "A newer version of Epigraph wrote the data folder.",
    "Use that version or a newer one.",
  ),
  BackupFailed: system(
    500,
    "A copy of the store could not be written.",
    "Look at the message for the system's own, free space where the copy was to be, and try again; the deployment goes on.",
  ),

  InternalServerError: system(
    500,
    "Something failed that should not fail.",
    "The server's log has the details under the same time; please report it with them.",
  ),
};

/** Whether a text is the code of an entry. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code);
}
