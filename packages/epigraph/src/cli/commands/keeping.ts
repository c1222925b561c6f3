import { type Command, DATA, DIR, JSON_OUTPUT } from "../command.ts";
import { readDir, readPath, rejectWords } from "../flags.ts";

export const verify: Command = {
  name: "verify",
  form: "",
  summary: "Check the data of a deployment that does not run",
  description: [
    "Checks everything that is stored: the file, every document, and that each index has exactly the entries it must have. Changes nothing. Exits with 0 when all is well, else with 1. The deployment must not run meanwhile.",
  ],
  actions: [],
  options: [DIR, DATA, JSON_OUTPUT],
  examples: [],
  run: async ({ flags, words }, io) => {
    rejectWords("verify", words);
    const { runVerify } = await import("../verify.ts");
    const data = readPath(flags, "data", io);
    return runVerify({ dir: readDir(flags, io), data, isJson: flags["json"] === true }, io);
  },
};
