import { type Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What the operations are done with. */
export interface SoakTarget {
  readonly api: string;
  readonly site: string;
}

export interface Surroundings {
  readonly target: SoakTarget;
  readonly agent: Agent;
  readonly random: () => number;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Does one thing, and checks the answer. @throws Error one that must not be. */
type Operation = (around: Surroundings) => Promise<void>;

const UPLOAD_CHUNKS = 32;
const UPLOAD_CHUNK = Buffer.alloc(16 * 1024, "x");
const DOWNLOAD_BYTES = 64 * 16 * 1024;

/** What users do, and the errors that they and their apps make. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  query: (around) => succeeds(around, "query", "notes:list", author(around)),
  nestedQuery: (around) => succeeds(around, "query", "notes:listNested", author(around)),
  mutation: (around) =>
    succeeds(around, "mutation", "notes:add", { ...author(around), text: "x".repeat(200) }),
  contendedMutation: (around) => succeeds(around, "mutation", "notes:count", { name: "one" }),
  action: (around) => succeeds(around, "action", "notes:work", author(around)),
  nodeAction: (around) => succeeds(around, "action", "node:digest", author(around)),
  failingQuery: (around) => fails(around, "query", "notes:fails", {}, /Uncaught Error: as it should/),
  failingMutation: (around) =>
    fails(around, "mutation", "notes:failsAfterWriting", {}, /Uncaught ConvexError: \{"code":"refused"\}/),
  wrongArguments: (around) => fails(around, "query", "notes:list", { author: 1 }, /ArgumentValidationError/),
  unknownFunction: (around) => fails(around, "query", "notes:absent", {}, /Could not find public function/),
  brokenRequest: async (around) => expect(await send(around, "POST", "/api/query", "{"), 400, /BadJsonBody/),
  get: async (around) => expect(await send(around, "GET", `/notes/${author(around).author}`), 200, /^\d+$/),
  post: async (around) =>
    expect(await send(around, "POST", "/notes", JSON.stringify({ ...author(around), text: "posted" })), 201),
  head: async (around) => expect(await send(around, "HEAD", "/hi"), 200),
  unknownRoute: async (around) =>
    expect(await send(around, "GET", "/absent"), 404, /No matching routes found/),
  failingHttp: async (around) =>
    expect(await send(around, "GET", "/fails"), 500, /Uncaught Error: as it should/),
  download: async (around) => {
    const { status, text } = await send(around, "GET", "/download");
    expect({ status, text: String(text.length) }, 200, new RegExp(`^${DOWNLOAD_BYTES}$`));
  },
  upload: async (around) =>
    expect(
      await send(around, "POST", "/upload", Array<Buffer>(UPLOAD_CHUNKS).fill(UPLOAD_CHUNK)),
      200,
      new RegExp(`^${UPLOAD_CHUNKS * UPLOAD_CHUNK.length}$`),
    ),
  leaving: (around) => leave(around, "/endless"),
};

/** Functions that only their limits end: one of them runs at a time, beside all the others. */
export const RUNAWAYS: Readonly<Record<string, Operation>> = {
  loop: (around) => fails(around, "query", "notes:loops", {}, /timed out \(maximum duration: 1s\)/),
  loopInAction: (around) =>
    fails(around, "action", "notes:loopsInAction", {}, /timed out \(maximum duration: 5s\)/),
  memory: (around) => fails(around, "query", "notes:fillsMemory", {}, /ran out of memory|timed out/),
};

function author({ random }: Surroundings): { readonly author: string } {
  return { author: `author${Math.floor(random() * 20)}` };
}

async function succeeds(around: Surroundings, kind: string, path: string, args: object): Promise<void> {
  expect(await call(around, kind, path, args), 200, /^\{"status":"success"/);
}

async function fails(
  around: Surroundings,
  kind: string,
  path: string,
  args: object,
  message: RegExp,
): Promise<void> {
  const answer = await call(around, kind, path, args);
  expect(answer, 200, /^\{"status":"error"/);
  expect(
    { status: 200, text: String((JSON.parse(answer.text) as { errorMessage: string }).errorMessage) },
    200,
    message,
  );
}

function call(around: Surroundings, kind: string, path: string, args: object): Promise<Answer> {
  return send(around, "POST", `/api/${kind}`, JSON.stringify({ path, args }));
}

function expect({ status, text }: Answer, expectedStatus: number, expectedText: RegExp = /^/): void {
  if (status === expectedStatus && expectedText.test(text)) return;
  throw new Error(`expected ${expectedStatus} ${expectedText}, got ${status} ${text.slice(0, 300)}`);
}

/** @param body a text, or pieces that are sent one after the other. */
function send(
  { target, agent }: Surroundings,
  method: string,
  path: string,
  body: string | readonly Buffer[] = "",
): Promise<Answer> {
  const origin = path.startsWith("/api/") ? target.api : target.site;
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const outgoing = request(origin + path, { method, agent, headers }, (response) => {
      let text = "";
      response.setEncoding("latin1").on("data", (piece: string) => {
        text += piece;
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    outgoing.on("error", reject);
    if (typeof body === "string") outgoing.end(body);
    else void sendPieces(outgoing, body);
  });
}

async function sendPieces(outgoing: ReturnType<typeof request>, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) {
    outgoing.write(piece);
    await sleep(0);
  }
  outgoing.end();
}

/** Breaks the connection in the middle of an answer. */
function leave({ target }: Surroundings, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(target.site + path, { agent: false }, (response) => {
      response.once("data", () => outgoing.destroy());
      response.on("error", () => {});
      response.on("close", resolve);
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}
