#!/usr/bin/env node
// Plain JavaScript of an old dialect: an older Node must get as far as the sentence below.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  console.error(
    `Epigraph needs Node.js 24 or newer, this is ${process.version}: install a newer one from https://nodejs.org, or run "npx -p node@24 -p epigraph epigraph".`,
  );
  process.exit(1);
}
const [{ runCli }, { processIo }] = await Promise.all([
  import("../dist/cli/main.js"),
  import("../dist/cli/process-io.js"),
]);
process.exitCode = await runCli(process.argv.slice(2), processIo());
