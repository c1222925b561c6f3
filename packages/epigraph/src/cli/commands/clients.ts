import { type Command, option, TARGET } from "../command.ts";
import { readChoice, readCount, readTarget, rejectWords } from "../flags.ts";
import { UsageError } from "../usage-error.ts";

export const run: Command = {
  name: "run",
  form: "<function> [args]",
  summary: "Call a function; args is a JSON object",
  description: [
    "Calls a query, mutation or action, internal ones included, and prints its result as JSON. What it logs goes to standard error.",
  ],
  actions: [],
  options: TARGET,
  examples: ["epigraph run messages:list", `epigraph run messages:send '{"body": "hello"}'`],
  run: async ({ flags, words: [functionName, args, ...others] }, io) => {
    if (functionName === undefined) throw new UsageError("epigraph run needs the name of a function.");
    if (others.length > 0) throw new UsageError("epigraph run takes one JSON object: put it in quotes.");
    const { runFunction } = await import("../run.ts");
    const isJson = flags["json"] === true;
    return runFunction({ target: readTarget(flags, io), functionName, args: args ?? null, isJson }, io);
  },
};

export const env: Command = {
  name: "env",
  form: "<set|get|list|remove>",
  summary: "Read and change the environment variables that functions see",
  description: [
    "A value that is left out is read from standard input, where no shell keeps it. Functions see a change at once, queries that read the variable run again.",
  ],
  actions: ["set", "get", "list", "remove"],
  options: TARGET,
  examples: [
    "epigraph env set API_KEY secret",
    "epigraph env set API_KEY < key.txt",
    "epigraph env get API_KEY",
    "epigraph env list",
    "epigraph env remove API_KEY",
  ],
  run: async ({ flags, words }, io) => {
    const { runEnv } = await import("../env.ts");
    return runEnv({ target: readTarget(flags, io), words, isJson: flags["json"] === true }, io);
  },
};

export const requests: Command = {
  name: "requests",
  form: "<list|show|replay> [id]",
  summary: "Show the last requests to HTTP actions, or send one again",
  description: [
    "Shows what was kept of the last requests to HTTP actions, as `epigraph dev` does. Headers that carry secrets are masked; a replay sends them.",
  ],
  actions: ["list", "show", "replay"],
  options: TARGET,
  examples: ["epigraph requests list", "epigraph requests show 12", "epigraph requests replay 12"],
  run: async ({ flags, words }, io) => {
    const { runRequests } = await import("../requests.ts");
    return runRequests({ target: readTarget(flags, io), words }, io);
  },
};

export const logs: Command = {
  name: "logs",
  form: "",
  summary: "Show what functions log and how they fail, as it happens",
  description: [
    "Follows the log of a deployment until Ctrl-C. Executions that neither logged nor failed are left out unless asked for.",
  ],
  actions: [],
  options: [
    option("history", "<n>", "Show so many of the latest entries first", { shownDefault: "none" }),
    option("no-follow", null, "End after that"),
    option("success", null, "Show every execution"),
    ...TARGET,
  ],
  examples: ["epigraph logs", "epigraph logs --history 100 --no-follow --json"],
  run: async ({ flags, words }, io) => {
    rejectWords("logs", words);
    const { runLogs } = await import("../logs.ts");
    const history = flags["history"] === undefined ? 0 : readCount(flags, "history", 1);
    const isFollowing = flags["no-follow"] !== true;
    const isAll = flags["success"] === true;
    const isJson = flags["json"] === true;
    return runLogs({ target: readTarget(flags, io), history, isFollowing, isAll, isJson }, io);
  },
};

const ORDERS = ["asc", "desc"] as const;

export const data: Command = {
  name: "data",
  form: "[table]",
  summary: "List tables, or documents of one",
  description: [
    "Without a table, lists the names of all; with one, its documents by creation time. With --json, a document a line.",
  ],
  actions: [],
  options: [
    option("limit", "<n>", "Documents that are shown", { shownDefault: "100" }),
    option("order", "<order>", "asc: the oldest first; desc: the newest", {
      shownDefault: "desc",
      choices: ORDERS,
    }),
    ...TARGET,
  ],
  examples: ["epigraph data", "epigraph data messages --limit 5"],
  run: async ({ flags, words: [table, ...others] }, io) => {
    rejectWords("data", others);
    const limit = readCount(flags, "limit", 100);
    const order = readChoice(flags, "order", ORDERS, "desc");
    const { runData } = await import("../data.ts");
    const isJson = flags["json"] === true;
    return runData({ target: readTarget(flags, io), table: table ?? null, limit, order, isJson }, io);
  },
};
