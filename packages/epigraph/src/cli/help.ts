export const HELP = `Usage: epigraph <command>

  dev                         Serve the app in this folder and push it on every save
  run <function> [args]       Call a function; args is a JSON object
  env set <name> <value>      Set an environment variable of the deployment
  env get <name>              Print one
  env list                    Print all
  env remove <name>           Remove one
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
