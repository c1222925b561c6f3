import assert from "node:assert/strict";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { ConvexHttpClient } from "convex/browser";
import { build } from "esbuild";
import { findApp } from "../src/deploy/find-app.ts";
import { typecheck } from "../src/deploy/typecheck.ts";
import { appOfDocument } from "./support/doc-app.ts";
import { FunctionCaller } from "./support/functions-api.ts";
import { startApp } from "./support/start-app.ts";

describe("the app of docs/FILES.md", async () => {
  const files = appOfDocument("FILES.md");
  const app = await startApp({ files, packages: ["typescript"] });
  after(() => app.stop());
  const functions = new FunctionCaller(app);
  const imagesOf = async (
    author: string,
  ): Promise<readonly { readonly _id: string; readonly url: string }[]> =>
    (await functions.query("images:list", { author })) as never;

  it("has types, in functions and in the page", async () => {
    assert.deepEqual(Object.keys(files).toSorted(), [
      "convex/http.ts",
      "convex/images.ts",
      "convex/previews.ts",
      "convex/schema.ts",
      "convex/tsconfig.json",
      "src/upload.ts",
    ]);
    assert.deepEqual(await typecheck(findApp(app.folder), { pretty: false }), { type: "passed" });
  });

  it("uploads, shows and deletes images as the page does it", async () => {
    const outfile = join(app.folder, "page", "upload.mjs");
    await build({ entryPoints: [join(app.folder, "src/upload.ts")], bundle: true, format: "esm", outfile });
    const { upload } = (await import(pathToFileURL(outfile).href)) as {
      upload: (client: ConvexHttpClient, image: Blob, author: string) => Promise<unknown>;
    };
    const client = new ConvexHttpClient(app.api);
    assert.equal(typeof (await upload(client, new Blob(["pixels"], { type: "image/png" }), "Ann")), "string");
    assert.equal(await upload(client, new Blob(["text"], { type: "text/plain" }), "Ann"), null);
    const [image, ...others] = await imagesOf("Ann");
    assert.deepEqual(others, []);
    assert.equal(await (await fetch(image?.url as string)).text(), "pixels");
    await functions.mutation("images:remove", { id: image?._id });
    assert.deepEqual(await imagesOf("Ann"), []);
  });

  it("stores what it fetches, and reads it", async () => {
    await fetch(`${app.site}/sendImage`, { method: "POST", body: "first\nsecond" });
    const [sent] = await imagesOf("Somebody");
    await functions.action("previews:fetchImage", { url: sent?.url, author: "Bob" });
    const [fetched] = await imagesOf("Bob");
    assert.equal(await (await fetch(fetched?.url as string)).text(), "first\nsecond");
    // The id of the URL names the file as well.
    const storageId = new URL(fetched?.url as string).pathname.split("/").at(-1);
    const served = await fetch(`${app.site}/getImage?storageId=${storageId}`);
    assert.deepEqual(
      [served.headers.get("content-security-policy"), await served.text()],
      ["sandbox", "first\nsecond"],
    );
    assert.equal((await fetch(`${app.site}/getImage?storageId=${crypto.randomUUID()}`)).status, 404);
  });
});
