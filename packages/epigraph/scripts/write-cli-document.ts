import { writeFileSync } from "node:fs";
import { cliDocument } from "../src/cli/cli-document.ts";
import { COMMANDS } from "../src/cli/commands/command-table.ts";

writeFileSync(new URL("../../../docs/CLI.md", import.meta.url), cliDocument(COMMANDS));
