import assert from "node:assert/strict";
import { it } from "node:test";
import { bundleApp } from "../src/deploy/bundle.ts";
import { writeGenerated } from "../src/deploy/codegen/write-generated.ts";
import { TempApp } from "../src/deploy/testing/temp-app.ts";
import { typecheck } from "../src/deploy/typecheck.ts";
import { appOfDocument } from "./support/doc-app.ts";

it("the app of docs/AUTH.md has types that are right, and can be bundled", async () => {
  const files = appOfDocument("AUTH.md");
  assert.deepEqual(Object.keys(files).toSorted(), [
    "convex/auth.config.ts",
    "convex/http.ts",
    "convex/notes.ts",
    "convex/ownTokens.ts",
    "convex/schema.ts",
    "convex/tsconfig.json",
    "src/addNote.ts",
  ]);
  // `process.env` has its type from there.
  const tsconfig = files["convex/tsconfig.json"]?.replace('"types":[]', '"types":["node"]') as string;
  using temp = new TempApp(
    { ...files, "convex/tsconfig.json": tsconfig },
    { packages: ["convex", "typescript", "@types/node"] },
  );
  writeGenerated(temp.app);
  assert.deepEqual(await typecheck(temp.app, { pretty: false }), { type: "passed" });
  assert.notEqual((await bundleApp(temp.app)).authConfig, null);
});
