import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { bundleApp } from "./bundle.ts";
import { writeGenerated } from "./codegen/write-generated.ts";
import { prepareModules } from "./prepare-modules.ts";
import { evaluateCode } from "./testing/evaluate-code.ts";
import { TempApp } from "./testing/temp-app.ts";

const PARTS = {
  "parts.js": 'export const used = () => "used";\nexport const unused = () => "needle";\n',
  "index.js": 'import * as p from "./parts.js";\nexport * from "./parts.js";\nexport { p, p as default };\n',
  "again.js": 'export * as p from "./parts.js";\n',
  "old.js": 'import * as p from "./parts.js";\nexport default p;\nexport const p2 = { ...p };\n',
};

/** Bundles a module that imports from a package, and says what it exports and what is in the bundle. */
async function bundle(
  source: string,
  { manifest = { sideEffects: false }, name = "a.ts" }: { manifest?: object; name?: string } = {},
): Promise<{ readonly found: unknown; readonly text: string; readonly map: string }> {
  using temp = new TempApp({ [`convex/${name}`]: source });
  const files = { ...PARTS, "package.json": JSON.stringify({ name: "parts", type: "module", ...manifest }) };
  for (const [file, text] of Object.entries(files)) {
    const path = join(temp.folder, "node_modules/parts", file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  writeGenerated(temp.app);
  const code = await prepareModules(await bundleApp(temp.app));
  const { found } = evaluateCode(code)("a.js") as { found: unknown };
  const [module] = code.modules;
  return { found, text: module?.source ?? "", map: module?.sourceMap ?? "" };
}

const USE = "\nexport const found = p.used();\n";

describe("what nobody uses of a namespace that came by a name", () => {
  for (const statement of [
    'import { p } from "parts/index.js";',
    "import { p } from 'parts/index.js'",
    'import p from "parts/index.js";',
    'import p, { used } from "parts/index.js"; export { used };',
    'import { used as u, p, } from "parts/index.js"; export { u };',
    'import { type A, p } from "parts/index.js";',
    'import {\n  p,\n  used,\n} from "parts/index.js"; export { used };',
    'import { p } from "parts/again.js";',
    'import p from "parts/old.js";',
    '/* p */ // { p }\n"use strict"; import { v } from "convex/values"; import { p } from "parts/index.js"; export { v };',
  ]) {
    it(`is left out: ${JSON.stringify(statement)}`, async () => {
      const { found, text } = await bundle(statement + USE);
      assert.equal(found, "used");
      assert.doesNotMatch(text, /needle/);
    });
  }

  it("is left out under another name, in JavaScript too", async () => {
    const { found, text } = await bundle(
      'import { p as q } from "parts/index.js";\nexport const found = q.used();\n',
      {
        name: "a.js",
      },
    );
    assert.equal(found, "used");
    assert.doesNotMatch(text, /needle/);
  });

  for (const [why, source, options] of [
    [
      "the package does something when it is imported",
      `import { p } from "parts/index.js";${USE}`,
      { manifest: { sideEffects: true } },
    ],
    [
      "it is no namespace but a copy",
      'import { p2 } from "parts/old.js";\nexport const found = p2.used();',
      {},
    ],
    [
      "it goes somewhere as a whole",
      'import { p } from "parts/index.js";\nexport const all = Object.keys(p);\nexport const found = p.used();',
      {},
    ],
    [
      "it is found by a computed name",
      'import { p } from "parts/index.js";\nexport const found = (p as any)[String(["used"])]();',
      {},
    ],
  ] as const) {
    it(`is there where ${why}`, async () => {
      const { found, text } = await bundle(source, options);
      assert.equal(found, "used");
      assert.match(text, /needle/);
    });
  }

  it("leaves texts that look like imports alone, and lines where they are", async () => {
    const text = 'import { p } from "parts/index.js"';
    const { found, map } = await bundle(
      `import {\n  p,\n} from "parts/index.js";\n\nexport const found = [p.used(), \`${text}\`, '${text}'];\nexport function onLine6() { return p.used(); }\n`,
    );
    assert.deepEqual(found, ["used", text, text]);
    assert.ok(JSON.parse(map).mappings.length > 0);
  });
});
