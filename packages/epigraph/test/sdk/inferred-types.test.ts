import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));
const TSC = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

test("the compiler infers the same types from the same code with both packages", () => {
  const folder = mkdtempSync(join(tmpdir(), "epigraph-types-"));
  try {
    const ours = declarations(folder, "ours", {
      "convex/server": [join(PACKAGE, "src/sdk/server.ts")],
      "convex/values": [join(PACKAGE, "src/sdk/values.ts")],
    });
    const official = declarations(folder, "official", {});
    assert.match(official, /by_age_name/);
    assert.equal(ours, official);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** What the compiler writes down of the fixture's types. */
function declarations(folder: string, name: string, paths: Readonly<Record<string, string[]>>): string {
  const outDir = join(folder, name);
  const project = join(folder, `${name}.json`);
  const config = {
    compilerOptions: {
      strict: true,
      module: "esnext",
      moduleResolution: "bundler",
      target: "esnext",
      lib: ["es2024", "dom"],
      types: [],
      skipLibCheck: true,
      declaration: true,
      emitDeclarationOnly: true,
      noErrorTruncation: true,
      allowImportingTsExtensions: true,
      rootDir: PACKAGE,
      outDir,
      paths,
    },
    files: [join(PACKAGE, "test/fixtures/inferred-types.ts")],
  };
  writeFileSync(project, JSON.stringify(config));
  execFileSync(process.execPath, [TSC, "--project", project]);
  return readFileSync(join(outDir, "test/fixtures/inferred-types.d.ts"), "utf8");
}
