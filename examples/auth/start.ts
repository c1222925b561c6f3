// Starts all that the example needs: an identity provider, a page, and the app itself.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { CLIENT_ID, startOidcServer } from "./oidc-server.ts";
import { type Settings, startPageServer } from "./page-server.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const EPIGRAPH = fileURLToPath(new URL("bin/epigraph.js", import.meta.resolve("epigraph/package.json")));
const PORTS = { page: 4100, oidc: 4101 };

/** `node start.ts --any-ports` leaves the usual ones to somebody else. */
const hasAnyPorts = process.argv.includes("--any-ports");
const { promise: settings, resolve } = Promise.withResolvers<Settings>();
const pageUrl = await startPageServer(hasAnyPorts ? 0 : PORTS.page, settings);
const issuer = await startOidcServer(hasAnyPorts ? 0 : PORTS.oidc, pageUrl);

const dev = spawn(
  process.execPath,
  [EPIGRAPH, "dev", "--dir", FOLDER, ...(hasAnyPorts ? ["--port", "0", "--site-port", "0"] : [])],
  { stdio: ["ignore", "inherit", "pipe"] },
);
dev.once("exit", (code) => process.exit(code ?? 1));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => dev.kill(signal));

let printed = "";
let hasSet = false;
const { promise: pushed, resolve: hasPushed } = Promise.withResolvers<void>();
dev.stderr.setEncoding("utf8").on("data", (text: string) => {
  process.stderr.write(text);
  printed += text;
  if (/Pushed in /.test(printed)) hasPushed();
  if (hasSet || !/^ready in /m.test(printed)) return;
  hasSet = true;
  void tellIssuer();
});

/** Tells the app whom to trust. At the first start it waits for that: its auth config reads the variable. */
async function tellIssuer(): Promise<void> {
  const set = spawn(process.execPath, [EPIGRAPH, "env", "set", "OIDC_ISSUER", issuer, "--dir", FOLDER]);
  await new Promise((done) => set.once("exit", done));
  await pushed;
  const env = parseEnv(readFileSync(`${FOLDER}/.env.local`, "utf8"));
  resolve({
    apiUrl: env["CONVEX_URL"] as string,
    siteUrl: env["CONVEX_SITE_URL"] as string,
    issuer,
    clientId: CLIENT_ID,
  });
  process.stderr.write(`The page is at ${pageUrl}: sign in by any name and password.\n`);
}
