// Takes the picture of the README: two windows and a terminal talk to each other.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, parseEnv, promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { framed } from "./screenshot-frame.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const WINDOW = { width: 540, height: 580 };
/** Pixels of the picture for one of the page. */
const SCALE = 1.5;

const { values } = parseArgs({
  options: {
    out: { type: "string", default: fileURLToPath(new URL("../../docs/images/chat.png", import.meta.url)) },
    "any-ports": { type: "boolean", default: false },
  },
});
const data = mkdtempSync(join(tmpdir(), "chat-screenshot-"));
const chat = spawn(
  process.execPath,
  ["start.ts", "--data", data, ...(values["any-ports"] ? ["--any-ports"] : [])],
  { cwd: FOLDER, stdio: ["ignore", "ignore", "pipe"] },
);
const ended = new Promise((resolve) => chat.once("exit", resolve));
let browser: Browser | null = null;
try {
  const url = await startedAt();
  const env = parseEnv(readFileSync(join(FOLDER, ".env.local"), "utf8"));
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
    // It has none for root, and the pages are our own.
    args: ["--no-sandbox"],
  });
  const ada = await openWindow(browser, url, "Ada", "light");
  const bea = await openWindow(browser, url, "Bea", "dark");
  const terminal = await talk(ada, bea, env as Readonly<Record<string, string>>);
  const [light, dark] = await Promise.all([ada.screenshot(), bea.screenshot()]);
  const frame = await browser.newPage({ deviceScaleFactor: SCALE });
  await frame.setContent(framed({ windows: [light, dark], width: WINDOW.width, terminal }));
  await frame.locator("#picture").screenshot({ path: values.out });
} finally {
  await browser?.close();
  chat.kill("SIGINT");
  await ended;
  rmSync(data, { recursive: true, force: true });
}

async function startedAt(): Promise<string> {
  let printed = "";
  for await (const text of chat.stderr.setEncoding("utf8")) {
    printed += text;
    const [, url] = /The chat is at (\S+):/.exec(printed) ?? [];
    if (url !== undefined) {
      chat.stderr.resume();
      return url;
    }
  }
  throw new Error(`The chat did not start:\n${printed}`);
}

async function openWindow(
  browser: Browser,
  url: string,
  name: string,
  colorScheme: "light" | "dark",
): Promise<Page> {
  const page = await browser.newPage({ viewport: WINDOW, deviceScaleFactor: SCALE, colorScheme });
  await page.goto(url);
  await page.getByLabel("You are").fill(name);
  await page.getByText("Live").waitFor();
  return page;
}

/** Says things everywhere. @returns what the terminal shows, a line at a time. */
async function talk(
  ada: Page,
  bea: Page,
  { CONVEX_URL, CONVEX_SITE_URL }: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const both = [ada, bea];
  const say = async (page: Page, text: string): Promise<void> => {
    await page.getByLabel("Message").fill(text);
    await page.getByRole("button", { name: "Send" }).click();
    await seen(both, text);
  };
  await say(ada, "Good morning! Is the new version out?");
  await say(bea, "It is being built.");
  await say(bea, "You will see it here as soon as it is done.");
  const post = ["curl", `${CONVEX_SITE_URL}/messages`, "-d", '{"author":"build","body":"Version 42 is out"}'];
  await promisify(execFile)(post[0] as string, post.slice(1));
  await seen(both, "Version 42 is out");
  await say(ada, "There it is, in both windows at once.");
  const live = `${CONVEX_URL}/api/live?path=messages:latest&args=%7B%7D`;
  const curl = spawn("curl", ["-sN", live], { stdio: ["ignore", "pipe", "inherit"] });
  const events = curl.stdout.setEncoding("utf8")[Symbol.asyncIterator]();
  let received = "";
  const receive = async (text: string): Promise<void> => {
    while (!received.includes(text)) received += (await events.next()).value;
  };
  await receive("in both windows");
  await say(bea, "And in your terminal, too.");
  await receive("in your terminal");
  curl.kill();
  await bea.getByLabel("Message").fill("What shall we have for lu");
  return [
    `$ ${post.slice(0, 3).join(" ")} '${post[3]}'`,
    `$ curl -N "${live}"`,
    ...received.split("\n").filter((line) => line.startsWith("data:")),
  ];
}

async function seen(pages: readonly Page[], text: string): Promise<void> {
  for (const page of pages) await page.locator("li:not(.pending)").getByText(text, { exact: true }).waitFor();
}
