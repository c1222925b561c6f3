import { resolve } from "node:path";
import { type Command, DIR, JSON_OUTPUT, option, settingOptions } from "../command.ts";
import { readChoice, readDir, rejectWords } from "../flags.ts";
import { UsageError } from "../usage-error.ts";

const TEMPLATES = ["http", "chat", "both"] as const;
const SHELLS = ["bash", "zsh", "fish"] as const;

export const init: Command = {
  name: "init",
  form: "[folder]",
  summary: "Make a new app in an empty folder",
  description: [
    "http is an HTTP API, chat a page with React whose messages appear everywhere at once, both is both. Asks which one in a terminal; elsewhere it is http unless named.",
  ],
  actions: [],
  options: [
    option("template", "<template>", "What kind of app", { choices: TEMPLATES }),
    option("no-install", null, "Don't install packages"),
    JSON_OUTPUT,
  ],
  examples: ["epigraph init && epigraph dev", "epigraph init my-app --template chat"],
  run: async ({ flags, words: [folder = ".", ...others] }, io) => {
    rejectWords("init", others);
    const template =
      flags["template"] === undefined ? null : readChoice(flags, "template", TEMPLATES, "http");
    const { runInit } = await import("../init/init.ts");
    const isInstalling = flags["no-install"] !== true;
    const isJson = flags["json"] === true;
    return runInit({ folder: resolve(io.cwd, folder), template, isInstalling, isJson }, io);
  },
};

export const doctor: Command = {
  name: "doctor",
  form: "",
  summary: "Look for what is wrong with the machine and the settings, and say what to do",
  description: [
    "Looks at Node.js, the settings, the ports, the folder of the data and its lock, the disk, the clock, the public URLs and the proxies before them. Changes nothing. Give it the settings that serve gets. Exits with 1 when something must be changed.",
  ],
  actions: [],
  options: [
    DIR,
    ...settingOptions(["port", "sitePort", "host", "data", "cloudOrigin", "siteOrigin", "trustedProxies"]),
    JSON_OUTPUT,
  ],
  examples: [
    "epigraph doctor",
    "CONVEX_CLOUD_ORIGIN=https://api.example.com epigraph doctor --data /var/lib/epigraph",
  ],
  run: async ({ flags, words }, io) => {
    rejectWords("doctor", words);
    const { runDoctor } = await import("../doctor/doctor.ts");
    return runDoctor({ dir: readDir(flags, io), flags, isJson: flags["json"] === true }, io);
  },
};

export const completion: Command = {
  name: "completion",
  form: "<bash|zsh|fish>",
  summary: "Print what completes command lines in a shell",
  description: [
    "Commands, their options and the values of these are completed, with what they are for where the shell shows that.",
  ],
  actions: SHELLS,
  options: [],
  examples: [
    'eval "$(epigraph completion bash)"    # in ~/.bashrc',
    'eval "$(epigraph completion zsh)"     # in ~/.zshrc, after compinit',
    "epigraph completion fish > ~/.config/fish/completions/epigraph.fish",
  ],
  run: async ({ words: [shell, ...others] }, io) => {
    const known = SHELLS.find((each) => each === shell);
    if (known === undefined) throw new UsageError("epigraph completion needs a shell: bash, zsh or fish.");
    rejectWords("completion", others);
    const [{ completionScript }, { COMMANDS }] = await Promise.all([
      import("../completion.ts"),
      import("./command-table.ts"),
    ]);
    io.stdout(completionScript(known, COMMANDS));
    return 0;
  },
};
