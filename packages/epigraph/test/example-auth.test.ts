import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { TempApp } from "../src/deploy/testing/temp-app.ts";
import { findChromium } from "./support/browser.ts";
import { printedUntil } from "./support/command.ts";
import { example, readFolder } from "./support/start-app.ts";

const TYPES = ["@types/node", "@types/oidc-provider", "typescript"];
const found = findChromium();
const skip = "missing" in found ? found.missing : false;

describe("examples/auth", async () => {
  const app = new TempApp(readFolder(example("auth")), {
    packages: ["convex", "epigraph", "esbuild", "oidc-provider", ...TYPES],
  });
  const child = spawn(process.execPath, ["start.ts", "--any-ports"], {
    cwd: app.folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const printed = await printedUntil(child, "any name and password");
  const [, url = ""] = /The page is at (\S+):/.exec(printed) ?? [];
  let browser: Browser | null = null;
  after(async () => {
    await browser?.close();
    child.kill("SIGINT");
    assert.equal(await ended, 0);
    app[Symbol.dispose]();
  });

  /** A browser window of its own in which somebody has signed in, at the identity provider's pages. */
  async function signIn(name: string): Promise<Page> {
    const { path } = found as { readonly path: string };
    // Without a sandbox: it has none for root, and the pages are our own.
    browser ??= await chromium.launch({ executablePath: path, args: ["--no-sandbox"] });
    const page = await (await browser.newContext()).newPage();
    page.on("pageerror", (error) => assert.fail(error));
    await page.goto(url);
    await page.getByText("Nobody is signed in.").waitFor();
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.locator("[name=login]").fill(name);
    await page.locator("[name=password]").fill("any");
    await page.locator("[type=submit]").click();
    await page.locator("[type=submit]").click();
    return page;
  }

  it("lets a user in, who then calls a query, a mutation and an HTTP action", { skip }, async () => {
    const page = await signIn("Ada");
    await page.getByText("Signed in as Ada (ada@example.org).").waitFor();
    assert.equal(page.url(), url);
    await page.getByLabel("Note").fill("buy milk");
    await page.getByRole("button", { name: "Add" }).click();
    await page.getByRole("listitem").filter({ hasText: "buy milk" }).waitFor();
    await page.getByRole("button", { name: "As text" }).click();
    await page.getByText("Notes of Ada - buy milk").waitFor();
    // The token is kept for as long as the page is open.
    await page.reload();
    await page.getByRole("listitem").filter({ hasText: "buy milk" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("Nobody is signed in.").waitFor();
  });

  it("shows another user other notes", { skip }, async () => {
    const page = await signIn("Bea");
    await page.getByText("Signed in as Bea (bea@example.org).").waitFor();
    assert.equal(await page.getByRole("listitem").count(), 0);
  });

  for (const project of [".", "convex"]) {
    it(`has types that are right, in ${project}`, async () => {
      const tsc = join(app.folder, "node_modules", "typescript", "bin", "tsc");
      await promisify(execFile)(process.execPath, [tsc, "--noEmit", "--project", project], {
        cwd: app.folder,
      });
    });
  }
});
