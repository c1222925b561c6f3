import { type Command, TARGET } from "../command.ts";
import { readTarget } from "../flags.ts";
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
