import { type Command, option, TARGET } from "../command.ts";
import { readCount, readTarget, rejectWords } from "../flags.ts";

export const pause: Command = {
  name: "pause",
  form: "",
  summary: "Let no function of the app run, until `resume`",
  description: [
    "Every call, HTTP action and live query fails with a text that says so, files are neither taken nor given, scheduled functions and crons wait. It lasts through restarts. Actions that run already go on, and can call no function any more. Pushes, environment variables, data, exports and logs work.",
  ],
  actions: [],
  options: TARGET,
  examples: ["epigraph pause"],
  run: async ({ flags, words }, io) => {
    rejectWords("pause", words);
    const { runPause } = await import("../pause.ts");
    return runPause({ target: readTarget(flags, io), isJson: flags["json"] === true }, io);
  },
};

export const resume: Command = {
  name: "resume",
  form: "",
  summary: "Let functions run again after `pause`",
  description: [
    "Live queries get their results back without connecting again. Scheduled functions whose time has come meanwhile run now; runs of crons that were missed stay missed.",
  ],
  actions: [],
  options: TARGET,
  examples: ["epigraph resume"],
  run: async ({ flags, words }, io) => {
    rejectWords("resume", words);
    const { runResume } = await import("../pause.ts");
    return runResume({ target: readTarget(flags, io), isJson: flags["json"] === true }, io);
  },
};

export const audit: Command = {
  name: "audit",
  form: "",
  summary: "Show what was done with admin keys",
  description: [
    "Shows the latest entries of the audit log, the oldest of them first: time, name of the key, what was done, and to what. With --json, an entry a line.",
  ],
  actions: [],
  options: [
    option("limit", "<n>", "Entries that are shown, 1000 at most", { shownDefault: "100" }),
    option("follow", null, "Go on with what is done from now on, until Ctrl-C"),
    ...TARGET,
  ],
  examples: ["epigraph audit", "epigraph audit --follow --json"],
  run: async ({ flags, words }, io) => {
    rejectWords("audit", words);
    const limit = readCount(flags, "limit", 100);
    const { runAudit } = await import("../audit.ts");
    const isFollowing = flags["follow"] === true;
    const isJson = flags["json"] === true;
    return runAudit({ target: readTarget(flags, io), limit, isFollowing, isJson }, io);
  },
};
