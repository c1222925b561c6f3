export const HELP = `Usage: epigraph <command>

  dev                         Serve the app in this folder and push it on every save
  run <function> [args]       Call a function; args is a JSON object
  env set <name> <value>      Set an environment variable of the deployment
  env get <name>              Print one
  env list                    Print all
  env remove <name>           Remove one
  pushes                      List the latest pushes, with author and what they changed
  rollback [push]             Activate an earlier push again; the one before, unless named
  admin-key create <name>     Make an admin key; also list, and revoke <name>
  verify                      Check the data of a deployment that does not run

  --help                      Show help, also for one command
  --version                   Show the version
`;

export const DEV_HELP = `Usage: epigraph dev [options]

Serves the app in this folder: bundles its functions, checks the schema, writes
_generated/, and does it again on every save.

  --dir <folder>              Folder of the app (this one)
  --port <n>                  Port of the functions API (3210); 0 takes any free one
  --site-port <n>             Port of the HTTP actions (3211); 0 takes any free one,
                              off serves them below /http/ of the other port only
  --host <address>            Address to listen on (127.0.0.1)
  --trusted-proxies <list>    Addresses and subnets of proxies whose X-Forwarded-* and
                              Forwarded headers count (127.0.0.0/8,::1)
  --max-body <MiB>            Largest body of a request to an HTTP action, and of its
                              response (20)
  --crons                     Run the app's crons when their time comes; without it only
                              those run that are asked for
  --parallel-jobs <n>         Scheduled functions that run at once (8)
  --data <folder>             Folder of the data (.epigraph in the app)
  --once                      Push once, then exit: 0 when it worked, else 1
  --typecheck <mode>          off, warn, or fail: type errors stop the push (warn)
  --log-format <format>       text: what functions log and how they fail, for people, on
                              standard error; json: a record of every execution, one JSON
                              object a line, on standard output (text)
  --metrics-port <n>          Serve metrics to Prometheus on this port, at /metrics

Behind a proxy or under a host name, CONVEX_CLOUD_ORIGIN and CONVEX_SITE_ORIGIN in the
environment are the public URLs of functions API and HTTP actions. With
REDACT_LOGS_TO_CLIENT=true clients get neither texts of errors nor log lines, only the
data of a ConvexError and the request's id, by which the log has the rest.
With OTEL_EXPORTER_OTLP_ENDPOINT spans of executions go to that collector.
HTTP_SERVER_TIMEOUT_SECONDS is the time that an answer may take, and an upload of a
file (300). The S3_STORAGE_…_BUCKET variables and AWS_REGION put files into S3.

Crons start up to CRON_SPLAY_SECONDS of the environment behind their times (60), each
one always by the same, so that not all start at once.

With EPIGRAPH_LOG=debug in the environment it tells of every query and mutation what
it read and wrote, what it waited for, and what it conflicted with.
`;

export const RUN_HELP = `Usage: epigraph run <function> [args] [--dir <folder>]

Calls a query, mutation or action, internal ones included, and prints its result.

  epigraph run messages:list
  epigraph run messages:send '{"body": "hello"}'
`;

export const ENV_HELP = `Usage: epigraph env <set|get|list|remove> [--dir <folder>]

  epigraph env set API_KEY secret
  epigraph env set API_KEY < key.txt
  epigraph env get API_KEY
  epigraph env list
  epigraph env remove API_KEY
`;

export const VERIFY_HELP = `Usage: epigraph verify [options]

Checks everything that is stored: the file, every document, and that each index
has exactly the entries it must have. Changes nothing. Exits with 0 when all is
well, else with 1. The deployment must not run meanwhile.

  --dir <folder>              Folder of the app (this one)
  --data <folder>             Folder of the data (.epigraph in the app)
`;

export const PUSHES_HELP = `Usage: epigraph pushes [options]

Lists the last ten pushes, the newest first, with the time, the name of the admin key
and the functions that came and went. The one that runs has a star.

  --dir <folder>              Folder of the app (this one)
  --json                      Print everything that is known, as JSON
`;

export const ROLLBACK_HELP = `Usage: epigraph rollback [push] [options]

Activates the code and schema of an earlier push again, as a push of its own: it is
checked against the data, and fails if documents do not match its schema.

  epigraph rollback
  epigraph rollback kg2dq3v6h1m0b3b6q2zq5d1f2n8jyx9w

  --dir <folder>              Folder of the app (this one)
  --json                      Print what changed as JSON
`;

export const ADMIN_KEY_HELP = `Usage: epigraph admin-key <list|create|revoke> [name] [options]

Keys other than the first have names, by which the audit log tells them apart, and can
be limited. A key is printed once, when it is made.

  epigraph admin-key create ci --scope deploy
  epigraph admin-key list
  epigraph admin-key revoke ci

  --scope <scope>             full, deploy (push code, environment variables, logs), or
                              readOnly (full)
  --dir <folder>              Folder of the app (this one)
  --json                      Print JSON
`;
