import { Deployment } from "../../dist/deployment.js";

/** Serves a data folder without an app of its own, as a deployment that is pushed to from elsewhere. */
const [dataFolder = "", port = "0"] = process.argv.slice(2);
const deployment = await Deployment.start({
  dataFolder,
  host: "127.0.0.1",
  port: Number(port),
  sitePort: 0,
  log: (text: string) => process.stderr.write(`${text}\n`),
});
process.stdout.write(
  `${JSON.stringify({ api: deployment.apiUrl, site: deployment.siteUrl, adminKey: deployment.adminKey })}\n`,
);
process.once("SIGINT", () => void deployment.close().then(() => process.exit(0)));
