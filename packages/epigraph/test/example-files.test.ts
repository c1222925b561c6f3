import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { findChromium } from "./support/browser.ts";
import { example, startApp } from "./support/start-app.ts";

const chrome = findChromium();
const skip = "missing" in chrome ? chrome.missing : false;

/** Two pixels wide, one high. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADUlEQVR4nGP4zwAE/wEHAAH/4iOeWQAAAABJRU5ErkJggg==",
  "base64",
);
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="2" height="1"><script>parent.hacked = true</script></svg>';

/** The same assertions whichever SDK the app's code is bundled with. */
for (const sdk of ["official", "own"] as const) {
  describe(`examples/files with ${sdk === "official" ? "the official SDK" : "our own SDK"}`, {
    skip,
  }, async () => {
    const app = await startApp({ copyOf: example("files"), sdk });
    after(() => app.stop());
    let browser: Browser;
    let page: Page;
    const errors: string[] = [];
    before(async () => {
      const { path } = chrome as { readonly path: string };
      browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox"] });
      page = await browser.newPage();
      page.on("pageerror", ({ message }) => errors.push(message));
      await page.goto(app.site);
    });
    after(() => browser?.close());

    const upload = async (
      button: string,
      name: string,
      mimeType: string,
      content: Buffer,
    ): Promise<string> => {
      await page.getByLabel("Image").setInputFiles({ name, mimeType, buffer: content });
      // What the upload before has left there is no answer to this one.
      await page.evaluate('document.querySelector("[role=status]").textContent = ""');
      await page.getByRole("button", { name: button }).click();
      const status = page.getByRole("status").filter({ hasText: /./, hasNotText: "Uploading" });
      await status.waitFor();
      return (await status.textContent()) ?? "";
    };
    /** Captions of the images that are shown, and the widths that the browser found in both ways of getting each. */
    const shown = async (): Promise<readonly unknown[]> => {
      await page.waitForFunction(`[...document.querySelectorAll("img")].every(({ complete }) => complete)`);
      return page.evaluate<unknown[]>(`[...document.querySelectorAll("figure")].map((figure) => [
        figure.querySelector("figcaption").textContent.trim(),
        ...[...figure.querySelectorAll("img")].map(({ naturalWidth }) => naturalWidth),
      ])`);
    };
    const countIs = async (count: number): Promise<void> => {
      await page.waitForFunction(`document.querySelectorAll("figure").length === ${count}`);
    };
    const BY_URL = ["User 123, by upload URL", 2, 2];
    const BY_ACTION = ["Ann, by HTTP action", 2, 2];

    it("uploads an image through an upload URL of another origin, and shows it in both ways", async () => {
      assert.equal(await upload("Upload by URL", "dot.png", "image/png", PNG), "Uploaded");
      await countIs(1);
      assert.deepEqual(await shown(), [BY_URL]);
    });

    it("uploads an image through an HTTP action, and shows it in both ways", async () => {
      await page.getByLabel("Author").fill("Ann");
      assert.equal(await upload("Upload by HTTP action", "dot.png", "image/png", PNG), "Uploaded");
      await countIs(2);
      assert.deepEqual(await shown(), [BY_ACTION, BY_URL]);
    });

    it("keeps nothing that is no image", async () => {
      for (const way of ["Upload by URL", "Upload by HTTP action"]) {
        assert.equal(await upload(way, "notes.txt", "text/plain", Buffer.from("text")), "That is no image");
      }
      assert.equal((await shown()).length, 2);
    });

    it("serves a drawing with a script in it so that the script does nothing", async () => {
      assert.equal(await upload("Upload by URL", "dot.svg", "image/svg+xml", Buffer.from(SVG)), "Uploaded");
      const source = await page.locator("img.by-action").first().getAttribute("src");
      const [isHacked, origin] = await page.evaluate<unknown[]>(`(async () => {
        const frame = document.createElement("iframe");
        frame.src = ${JSON.stringify(source)};
        const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
        document.body.append(frame);
        await loaded;
        return ["hacked" in window, frame.contentDocument?.location.href ?? "another origin"];
      })()`);
      assert.deepEqual([isHacked, origin], [false, "another origin"]);
      await page.getByRole("button", { name: "Delete" }).first().click();
      await countIs(2);
    });

    it("deletes an image: neither way gives it any more", async () => {
      const sources = await page.evaluate<string[]>(
        `[...document.querySelector("figure").querySelectorAll("img")].map(({ src }) => src)`,
      );
      await page.getByRole("button", { name: "Delete" }).first().click();
      await countIs(1);
      assert.deepEqual(await shown(), [BY_URL]);
      for (const source of sources) assert.equal((await fetch(source)).status, 404);
      assert.deepEqual(errors, []);
    });
  });
}
