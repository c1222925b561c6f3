import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { writeGenerated } from "../src/deploy/codegen/write-generated.ts";
import { TempApp, TSCONFIG } from "../src/deploy/testing/temp-app.ts";
import { typecheck } from "../src/deploy/typecheck.ts";
import { documentExamples } from "./support/document-examples.ts";

describe("the examples of docs/AUTH.md", () => {
  const examples = documentExamples("AUTH.md");
  assert.ok(examples.length > 1);
  for (const [index, files] of examples.entries()) {
    it(`have types that are right, ${index + 1} of ${examples.length}`, async () => {
      const tsconfig = TSCONFIG.replace('"types":[]', '"types":["node"]').replace("./**/*", "../*/*.ts");
      const packages = ["convex", "typescript", "@types/node"];
      using temp = new TempApp({ ...files, "convex/tsconfig.json": tsconfig }, { packages });
      writeGenerated(temp.app);
      assert.deepEqual(await typecheck(temp.app, { pretty: false }), { type: "passed" });
    });
  }
});
