import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const FOLDER = new URL("../../../../deploy/nginx/", import.meta.url);
const TRIES = 200;
const POLL_MS = 25;

export const hasNginx: boolean = spawnSync("nginx", ["-v"]).status === 0;

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A real nginx with one of the configurations that this repository recommends; without TLS, on ports of its own. */
export class Nginx implements AsyncDisposable {
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(folder: string, child: ChildProcess) {
    this.#folder = folder;
    this.#child = child;
  }

  /**
   * @param name of the file in `deploy/nginx`.
   * @param listen port for each of its servers, in their order.
   * @param upstream what stands behind it, by the ports that the file names.
   */
  static async start(
    name: string,
    {
      listen,
      upstream,
    }: { readonly listen: readonly number[]; readonly upstream: Readonly<Record<string, string>> },
  ): Promise<Nginx> {
    const folder = mkdtempSync(join(tmpdir(), "epigraph-nginx-"));
    for (const each of ["body", "proxy"]) mkdirSync(join(folder, each));
    writeFileSync(join(folder, "nginx.conf"), configuration(name, folder, listen, upstream));
    const child = spawn(
      "nginx",
      ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log")],
      {
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    running.add(child);
    child.once("exit", () => running.delete(child));
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    for (let i = 0; !(await Promise.all(listen.map(isOpen))).every(Boolean); i++) {
      if (child.exitCode !== null || i === TRIES) throw new Error(`nginx did not start: ${said}`);
      await setTimeout(POLL_MS);
    }
    return new Nginx(folder, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#child, "exit");
    if (this.#child.exitCode === null) {
      this.#child.kill("SIGTERM");
      await exit;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function configuration(
  name: string,
  folder: string,
  listen: readonly number[],
  upstream: Readonly<Record<string, string>>,
): string {
  const ports = [...listen];
  const text = readFileSync(fileURLToPath(new URL(name, FOLDER)), "utf8")
    .replace(/^\s*ssl_.*\n/gm, "")
    .replace(/^(\s*)listen 443 ssl;/gm, (_, indent: string) => `${indent}listen 127.0.0.1:${ports.shift()};`)
    .replace(/^(\s*)server_name .*;/gm, "$1server_name _;")
    .replace(/server 127\.0\.0\.1:(\d+);/g, (_, port: string) => `server ${upstream[port]};`);
  return `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
${text}
}
`;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
