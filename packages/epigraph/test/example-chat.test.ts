import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { parseEnv, promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { TempApp } from "../src/deploy/testing/temp-app.ts";
import { findChromium } from "./support/browser.ts";
import { printedUntil } from "./support/command.ts";
import { example, readFolder } from "./support/start-app.ts";

const PACKAGES = [
  "convex",
  "epigraph",
  "playwright-core",
  "react",
  "react-dom",
  "vite",
  "@vitejs/plugin-react",
];
const TYPES = ["@types/node", "@types/react", "@types/react-dom", "typescript"];
/** Messages that a page shows at first, and how many more each time. */
const PAGE = 25;

const found = findChromium();
const skip = "missing" in found ? found.missing : false;
const run = promisify(execFile);

describe("examples/chat", { skip }, () => {
  const app = new TempApp(readFolder(example("chat")), { packages: [...PACKAGES, ...TYPES] });
  after(() => app[Symbol.dispose]());
  const { path: executablePath } = found as { readonly path: string };

  it("has its picture taken", async () => {
    const out = join(app.folder, "chat.png");
    const env = { ...process.env, CHROMIUM_PATH: executablePath };
    await run(process.execPath, ["screenshot.ts", "--any-ports", "--out", out], { cwd: app.folder, env });
    const png = readFileSync(out);
    assert.deepEqual(png.subarray(1, 4).toString(), "PNG");
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    assert.ok(width > 1500 && height > 1000, `${width} × ${height}`);
  });

  for (const project of [".", "convex"]) {
    it(`has types that are right, in ${project}`, async () => {
      const tsc = join(app.folder, "node_modules", "typescript", "bin", "tsc");
      await run(process.execPath, [tsc, "--noEmit", "--project", project], { cwd: app.folder });
    });
  }

  describe("started by one command", () => {
    let browser: Browser;
    let url = "";
    let stop: () => Promise<void>;
    const errors: string[] = [];
    before(async () => {
      const child = spawn(process.execPath, ["start.ts", "--any-ports"], {
        cwd: app.folder,
        stdio: ["ignore", "ignore", "pipe"],
      });
      const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
      stop = async () => {
        child.kill("SIGINT");
        assert.equal(await ended, 0);
      };
      [, url = ""] = /The chat is at (\S+):/.exec(await printedUntil(child, "open it in two windows")) ?? [];
      browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    });
    after(async () => {
      await browser.close();
      await stop();
    });

    async function open(name: string): Promise<Page> {
      const page = await (await browser.newContext()).newPage();
      page.on("pageerror", ({ message }) => errors.push(message));
      await page.goto(url);
      await page.getByLabel("You are").fill(name);
      await page.getByText("Live").waitFor();
      return page;
    }

    async function say(page: Page, text: string): Promise<void> {
      await page.getByLabel("Message").fill(text);
      await page.getByRole("button", { name: "Send" }).click();
    }

    function post(author: string, body: string): Promise<Response> {
      const { CONVEX_SITE_URL } = parseEnv(readFileSync(join(app.folder, ".env.local"), "utf8"));
      return fetch(`${CONVEX_SITE_URL}/messages`, { method: "POST", body: JSON.stringify({ author, body }) });
    }

    it("shows in one window what is said in another, and what comes by HTTP", async () => {
      const [ada, bea] = [await open("Ada"), await open("Bea")];
      await ada.getByText("Nobody has said anything yet.").waitFor();
      await say(ada, "Hello from Ada");
      const message = bea.getByRole("listitem").filter({ hasText: "Hello from Ada" });
      await message.getByText("Ada", { exact: true }).waitFor();
      assert.equal(await ada.locator("li.own:not(.pending)").getByText("Hello from Ada").count(), 1);
      assert.equal((await post("curl", "Hello from a terminal")).status, 201);
      for (const page of [ada, bea]) {
        await page
          .getByRole("listitem")
          .filter({ hasText: "Hello from a terminal" })
          .getByText("via HTTP")
          .waitFor();
      }
      assert.equal(await bea.title(), "curl: Hello from a terminal");
    });

    it("shows a message before the server has it", async () => {
      const page = await open("Ada");
      let release = (): void => {};
      const isHeld = new Promise<void>((resolve) => {
        release = resolve;
      });
      await page.routeWebSocket(/sync/, (socket) => {
        const server = socket.connectToServer();
        socket.onMessage(async (text) => {
          if (String(text).includes('"Mutation"')) await isHeld;
          server.send(text);
        });
      });
      await page.reload();
      await page.getByText("Live").waitFor();
      await say(page, "Sent in a tunnel");
      await page.locator("li.pending").getByText("Sent in a tunnel").waitFor();
      release();
      await page.locator("li:not(.pending)").getByText("Sent in a tunnel").waitFor();
      assert.equal(await page.getByText("Sent in a tunnel").count(), 1);
    });

    it("says why a message was refused, and gives it back", async () => {
      const page = await open("  ");
      await say(page, "Who am I?");
      await page.getByRole("alert").getByText("Say who you are, and something").waitFor();
      assert.equal(await page.getByLabel("Message").inputValue(), "Who am I?");
      assert.equal(await page.getByRole("listitem").filter({ hasText: "Who am I?" }).count(), 0);
      const refused = await post("", "Hello");
      assert.deepEqual([refused.status, await refused.text()], [400, "Say who you are, and something\n"]);
      assert.equal((await post(undefined as unknown as string, "Hello")).status, 400);
    });

    it("shows earlier messages a page at a time, and stays where it is", async () => {
      const count = 2 * PAGE + 5;
      for (let i = 0; i < count; i++) await post("bot", `Number ${i}`);
      const page = await open("Ada");
      const numbers = page.getByText(/^Number \d+$/);
      await page.getByText(`Number ${count - 1}`, { exact: true }).waitFor();
      assert.equal(await numbers.count(), PAGE);
      assert.ok(await page.getByText(`Number ${count - 1}`, { exact: true }).isVisible());
      await page.getByRole("button", { name: "Earlier messages" }).click();
      await page.getByText(`Number ${count - 2 * PAGE}`, { exact: true }).waitFor({ state: "attached" });
      assert.equal(await numbers.count(), 2 * PAGE);
      await page.getByRole("button", { name: "Earlier messages" }).click();
      await page.getByText("Hello from Ada").waitFor({ state: "attached" });
      assert.deepEqual(
        await numbers.allTextContents(),
        Array.from({ length: count }, (_, i) => `Number ${i}`),
      );
      assert.deepEqual(errors, []);
    });
  });
});
