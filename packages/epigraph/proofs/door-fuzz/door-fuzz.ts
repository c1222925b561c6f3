import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { httpRequest } from "../../test/support/http-request.ts";
import { descendantsOf } from "../../test/support/process-tree.ts";
import { type FuzzCase, makeCase } from "./fuzz-case.ts";
import { type FuzzAnswer, sendCase } from "./send-case.ts";

/** A server that has the routes of the fixture `faults-requests`. */
export interface FuzzTarget {
  readonly api: string;
  readonly site: string;
  readonly adminKey: string;
  /** The main process; null where its processes and sockets are not to be looked at. */
  readonly pid: number | null;
  /** What it has logged. */
  output(): string;
}

export interface DoorFuzzOptions {
  readonly requests: number;
  /** Of the first case; the next ones count on. */
  readonly seed: number;
  /** What takes longer hangs: a connection until its end, a normal request, sockets and log until they are as they must be. */
  readonly boundMs?: number;
  readonly onProgress?: (done: number) => void;
}

export interface DoorFuzzReport {
  /** How many answers had which status; `none` for connections closed without a word. */
  readonly statuses: Readonly<Record<string, number>>;
  /** What must not be, a sentence each. */
  readonly findings: readonly string[];
}

const CONNECTIONS = 48;
const BOUND_MS = 20_000;
const PROBE_EVERY = 500;
const LOOK_EVERY_MS = 100;
const MAX_FINDINGS = 20;
/** Of the tables of TCP under /proc. */
const INODE_COLUMN = 9;
/** By these it is told from the cases. */
export const PROBE: Readonly<Record<string, string>> = { "user-agent": "probe" };
const FAULT = "InternalServerError";

/** Sends broken requests, many at once, and looks whether the server bears them. */
export async function fuzzDoor(target: FuzzTarget, options: DoorFuzzOptions): Promise<DoorFuzzReport> {
  const fuzz = new DoorFuzz(target, options);
  await fuzz.run();
  return { statuses: fuzz.statuses, findings: fuzz.findings };
}

class DoorFuzz {
  readonly statuses: Record<string, number> = {};
  readonly findings: string[] = [];
  readonly #target: FuzzTarget;
  readonly #options: DoorFuzzOptions;
  readonly #outputBefore: number;
  readonly #boundMs: number;
  /** Faults that were not in the log when their answer was here: the two come different ways. */
  readonly #unlogged: FuzzCase[] = [];
  #next = 0;
  #faults = 0;

  constructor(target: FuzzTarget, options: DoorFuzzOptions) {
    this.#target = target;
    this.#options = options;
    this.#boundMs = options.boundMs ?? BOUND_MS;
    this.#outputBefore = target.output().length;
  }

  async run(): Promise<void> {
    const { pid } = this.#target;
    await this.#probe("before the first case");
    const runners = runnersOf(pid);
    const sockets = openSockets(pid);
    await Promise.all(Array.from({ length: CONNECTIONS }, () => this.#work()));
    await this.#probe("after the last case");
    await this.#checkSockets(sockets);
    const alive = runnersOf(pid);
    for (const runner of runners)
      if (!alive.has(runner)) this.#find(`the runner process ${runner} ended: ${this.#saidOfRunners()}`);
    await this.#checkFaults();
  }

  async #work(): Promise<void> {
    const { requests, seed, onProgress } = this.#options;
    while (this.#next < requests && this.findings.length < MAX_FINDINGS) {
      const number = this.#next++;
      if (number % PROBE_EVERY === 0) {
        onProgress?.(number);
        await this.#probe(`at case ${number}`);
      }
      const fuzzCase = makeCase(seed + number, this.#target.adminKey);
      this.#check(fuzzCase, await sendCase(fuzzCase, this.#target[fuzzCase.origin], this.#boundMs));
    }
  }

  #check(fuzzCase: FuzzCase, { received, isClosed, isRefused }: FuzzAnswer): void {
    const statuses = [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status as string);
    for (const status of statuses.length === 0 ? ["none"] : statuses) {
      this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    }
    this.#faults += received.split(`"code":"${FAULT}"`).length - 1;
    if (isRefused) this.#findIn(fuzzCase, "the server took no connection");
    else if (!isClosed)
      this.#findIn(fuzzCase, `the connection hangs after ${JSON.stringify(received.slice(0, 300))}`);
    else if (received !== "" && !received.startsWith("HTTP/1.1 ")) {
      this.#findIn(fuzzCase, `what came back is no HTTP: ${JSON.stringify(received.slice(0, 300))}`);
    } else if (fuzzCase.kind === "json") this.#checkJson(fuzzCase, received);
  }

  /** HTTP was in order, so there is one answer, and what it says is JSON, or nothing. */
  #checkJson(fuzzCase: FuzzCase, received: string): void {
    const [head = "", body = ""] = received.split(/\r\n\r\n([\s\S]*)/, 2);
    if (head === "") this.#findIn(fuzzCase, "no answer came");
    else if (body !== "" && !isJson(body)) {
      this.#findIn(fuzzCase, `the answer is no JSON: ${JSON.stringify(body.slice(0, 300))}`);
    } else if (body.includes(`"${FAULT}"`) && !this.#logged().includes(`fuzz-${fuzzCase.seed}`)) {
      this.#unlogged.push(fuzzCase);
    }
  }

  async #checkFaults(): Promise<void> {
    for (let waited = 0; waited < this.#boundMs && !this.#areFaultsLogged(); waited += LOOK_EVERY_MS) {
      await sleep(LOOK_EVERY_MS);
    }
    const log = this.#logged();
    for (const fuzzCase of this.#unlogged) {
      if (!log.includes(`fuzz-${fuzzCase.seed}`))
        this.#findIn(fuzzCase, "a fault of the server is not in its log");
    }
    if (this.findings.length === 0 && !this.#areFaultsLogged()) {
      this.#find(`${this.#faults} answers tell of faults of the server, and its log of fewer`);
    }
  }

  #areFaultsLogged(): boolean {
    return this.#logged().split("[Request ID: ").length > this.#faults;
  }

  /** What the log has about runners that ended. */
  #saidOfRunners(): string {
    return (
      /A process that runs functions ended[\s\S]{0,600}/.exec(this.#logged())?.[0] ??
      "its log says nothing of it"
    );
  }

  #logged(): string {
    return this.#target.output().slice(this.#outputBefore);
  }

  /** The server does what it does for others. */
  async #probe(when: string): Promise<void> {
    const { api, site } = this.#target;
    const headers = { "content-type": "application/json" };
    const body = '{"path":"messages:count","args":{}}';
    const deadline = sleep(this.#boundMs, null, { ref: false });
    try {
      const greeting = await Promise.race([httpRequest(`${site}/hi`, { headers: PROBE }), deadline]);
      if (greeting?.text !== "hi") this.#find(`${when} GET /hi is answered with ${greeting?.text}`);
      const query = httpRequest(`${api}/api/query`, {
        method: "POST",
        headers: { ...PROBE, ...headers },
        body,
      });
      const answer = (await Promise.race([query, deadline]))?.text;
      if (answer?.startsWith('{"status":"success"') !== true)
        this.#find(`${when} a query is answered with ${answer}`);
    } catch (error) {
      this.#find(`${when} the server does not answer: ${(error as Error).message}`);
    }
  }

  async #checkSockets(before: number): Promise<void> {
    let now = openSockets(this.#target.pid);
    for (let waited = 0; waited < this.#boundMs && now > before; waited += LOOK_EVERY_MS) {
      await sleep(LOOK_EVERY_MS);
      now = openSockets(this.#target.pid);
    }
    if (now > before) this.#find(`the server had ${before} sockets before and has ${now} now`);
  }

  #findIn({ seed, pieces }: FuzzCase, what: string): void {
    this.#find(
      `case ${seed}: ${what}, having sent ${JSON.stringify(pieces.map((piece) => piece.slice(0, 500)))}`,
    );
  }

  #find(what: string): void {
    this.findings.push(what);
  }
}

/** Those of the processes below one that run functions: Node, where the bundler's is none. */
function runnersOf(pid: number | null): ReadonlySet<number> {
  if (pid === null || process.platform !== "linux") return new Set();
  const all = descendantsOf(pid).map((seen) => seen.pid);
  return new Set(
    all.filter((id) => readFileSync(`/proc/${id}/cmdline`, "utf8").startsWith(process.execPath)),
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Sockets of TCP that a process holds, which clients have at their other end; 0 where that can't be seen. */
function openSockets(pid: number | null): number {
  if (pid === null || process.platform !== "linux") return 0;
  const inodes = new Set(
    ["tcp", "tcp6"].flatMap((table) =>
      readFileSync(`/proc/${pid}/net/${table}`, "utf8")
        .split("\n")
        .flatMap((line) => line.trim().split(/\s+/)[INODE_COLUMN] ?? []),
    ),
  );
  let sockets = 0;
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? [];
      if (inode !== undefined && inodes.has(inode)) sockets++;
    } catch {
      // Closed meanwhile.
    }
  }
  return sockets;
}
