import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import type { RunningApp } from "./running-app.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const IMAGES = fileURLToPath(new URL("../../../../docs/images", import.meta.url));
const PATIENCE_MS = 15_000;
const POLL_MS = 50;
const WIDE = { width: 1280, height: 800 };

/** The dashboard of an app in a browser, opened by its link. Close it with `await using`. */
export class DashboardPage implements AsyncDisposable {
  readonly page: Page;
  /** What the page complained of: errors, and what its policy forbade. */
  readonly complaints: string[] = [];
  readonly #app: RunningApp;
  readonly #browser: Browser;
  readonly #context: BrowserContext;

  private constructor(app: RunningApp, browser: Browser, context: BrowserContext, page: Page) {
    this.#app = app;
    this.#browser = browser;
    this.#context = context;
    this.page = page;
  }

  static async open(app: RunningApp, executablePath: string): Promise<DashboardPage> {
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    const context = await browser.newContext({ viewport: WIDE, reducedMotion: "reduce" });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    const dashboard = new DashboardPage(app, browser, context, page);
    page.on("pageerror", ({ message }) => dashboard.complaints.push(message));
    page.on("console", (message) => {
      if (message.type() === "error") dashboard.complaints.push(message.text());
    });
    await page.goto(dashboard.link());
    await page.getByRole("navigation", { name: "Views" }).waitFor();
    return dashboard;
  }

  /** The newest link that `dev` has printed. */
  link(): string {
    const links = [...this.#app.output().matchAll(/dashboard at (\S+#token=[\w-]+)/g)];
    return links.at(-1)?.[1] ?? "";
  }

  /** Opens an address of the dashboard, `/data?table=messages`. */
  async go(path: string): Promise<void> {
    await this.page.goto(`${this.#app.api}/_dashboard${path}`);
  }

  /** Another tab of the same browser, signed in with the key. */
  async secondTab(): Promise<Page> {
    const page = await this.#context.newPage();
    await page.goto(`${this.#app.api}/_dashboard/`);
    await page.getByLabel("Admin key").fill(this.#app.adminKey);
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByRole("navigation", { name: "Views" }).waitFor();
    return page;
  }

  /** Waits until an expression is true in the page; by the debugger, for the policy of the page lets nothing evaluate. */
  async until(expression: string): Promise<void> {
    const endMs = performance.now() + PATIENCE_MS;
    while (!(await this.page.evaluate<boolean>(expression))) {
      if (performance.now() > endMs) throw new Error(`It did not come true: ${expression}`);
      await this.page.waitForTimeout(POLL_MS);
    }
  }

  /** Throws unless axe finds nothing wrong with what is shown. */
  async checkAccessibility(): Promise<void> {
    // By the debugger: the policy of the page lets no script in.
    const violations = await this.page.evaluate<string[]>(`${AXE};
      axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) =>
        id + ": " + nodes.slice(0, 3).map(({ html, failureSummary }) => html + " " + failureSummary).join(" | ")))`);
    assert.deepEqual(violations, []);
  }

  /** Keeps pictures of what is shown, light and dark, where they are asked for (`SCREENSHOTS` is set). */
  async picture(name: string): Promise<void> {
    if (process.env["SCREENSHOTS"] === undefined) return;
    mkdirSync(IMAGES, { recursive: true });
    for (const colorScheme of ["dark", "light"] as const) {
      await this.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await this.page.screenshot({ path: join(IMAGES, `dashboard-${name}-${colorScheme}.png`) });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}
