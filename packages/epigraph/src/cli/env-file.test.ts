import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { TempApp } from "../deploy/testing/temp-app.ts";
import { editEnvText, writeEnvFile } from "./env-file.ts";

const COMMENT = "# Written by `epigraph dev`: where this app's deployment is, and the key to administer it.";

describe("the text of an env file", () => {
  const variables = { CONVEX_URL: "http://127.0.0.1:3210", KEY: "a|b" };
  const written = `${COMMENT}\nCONVEX_URL=http://127.0.0.1:3210\nKEY=a|b\n`;
  const cases: readonly (readonly [name: string, before: string, after: string])[] = [
    ["an empty file gets all variables", "", written],
    ["others stay, new ones come last", "OTHER=1\n", `OTHER=1\n\n${written}`],
    ["a last line without a line break is ended", "OTHER=1", `OTHER=1\n\n${written}`],
    ["nothing changes where all is right", written, written],
    [
      "a line is changed where it stands, with its comment above it",
      `# where\nCONVEX_URL = http://old\nKEY=a|b\nZ=1\n`,
      `# where\nCONVEX_URL = http://127.0.0.1:3210\nKEY=a|b\nZ=1\n`,
    ],
    [
      "quotes, comments and export are no difference",
      `export CONVEX_URL="http://127.0.0.1:3210" # api\nKEY='a|b'\n`,
      `export CONVEX_URL="http://127.0.0.1:3210" # api\nKEY='a|b'\n`,
    ],
    [
      "every line of a variable is changed: tools disagree on which one counts",
      "CONVEX_URL=1\nKEY=a|b\nCONVEX_URL=2\n",
      "CONVEX_URL=http://127.0.0.1:3210\nKEY=a|b\nCONVEX_URL=http://127.0.0.1:3210\n",
    ],
    [
      "only what is missing is added, under the comment that is there",
      `${COMMENT}\nCONVEX_URL=http://127.0.0.1:3210\n`,
      written,
    ],
    [
      "values over several lines are left alone",
      'PEM="-----BEGIN\nCONVEX_URL=inside\n-----END"\nCONVEX_URL=1\nKEY=a|b\n',
      'PEM="-----BEGIN\nCONVEX_URL=inside\n-----END"\nCONVEX_URL=http://127.0.0.1:3210\nKEY=a|b\n',
    ],
    [
      "each line keeps its own line break",
      "A=1\r\nB=2\nCONVEX_URL=1\r\nKEY=a|b\r\n",
      "A=1\r\nB=2\nCONVEX_URL=http://127.0.0.1:3210\r\nKEY=a|b\r\n",
    ],
    [
      "lines that are no assignments stay",
      "what is this\n=\n\n\n# x\n",
      `what is this\n=\n\n\n# x\n\n${written}`,
    ],
    [
      "names that only look alike are others",
      "MY_CONVEX_URL=1\nKEY2=2\n",
      `MY_CONVEX_URL=1\nKEY2=2\n\n${written}`,
    ],
  ];
  for (const [name, before, after] of cases) {
    it(name, () => assert.deepEqual(editEnvText(before, variables), { text: after, disabled: false }));
  }

  it("has a cloud deployment in a comment", () => {
    assert.deepEqual(editEnvText("A=1\nCONVEX_DEPLOYMENT=dev:calm-dog-1 # team\n", {}), {
      text: "A=1\n# CONVEX_DEPLOYMENT=dev:calm-dog-1 # team\n",
      disabled: true,
    });
    const commented = "# CONVEX_DEPLOYMENT=dev:calm-dog-1\n";
    assert.deepEqual(editEnvText(commented, {}), { text: commented, disabled: false });
  });
});

describe("an app's .env.local", () => {
  const address = { apiUrl: "http://api", siteUrl: "http://site", adminKey: "name|key" };
  const own = ["CONVEX_SELF_HOSTED_URL", "CONVEX_SELF_HOSTED_ADMIN_KEY", "CONVEX_URL", "CONVEX_SITE_URL"];

  function write(files: Readonly<Record<string, string>>): {
    readonly text: string;
    readonly notes: readonly string[];
    readonly mode: number;
  } {
    using temp = new TempApp({ "convex/a.ts": "", ...files }, { packages: [] });
    const notes = writeEnvFile(temp.app, address);
    const path = join(temp.folder, ".env.local");
    return { text: readFileSync(path, "utf8"), notes, mode: statSync(path).mode & 0o777 };
  }
  const names = (text: string): string[] =>
    [...text.matchAll(/^(\w+)=/gm)].map((match) => match[1] as string);

  it("says where the deployment is, for nobody else to read", () => {
    const { text, notes, mode } = write({});
    assert.equal(
      text,
      `${COMMENT}\nCONVEX_SELF_HOSTED_URL=http://api\nCONVEX_SELF_HOSTED_ADMIN_KEY=name|key\nCONVEX_URL=http://api\nCONVEX_SITE_URL=http://site\n`,
    );
    assert.deepEqual(notes, []);
    assert.equal(mode, 0o600);
  });

  for (const [dependency, prefix] of [
    ["vite", "VITE_"],
    ["next", "NEXT_PUBLIC_"],
    ["expo", "EXPO_PUBLIC_"],
    ["@sveltejs/kit", "PUBLIC_"],
    ["@tanstack/react-start", "VITE_"],
  ] as const) {
    it(`has the variables that code in the browser sees with ${dependency}`, () => {
      const dependencies = { [dependency]: "*", vite: "*" };
      const { text } = write({ "package.json": JSON.stringify({ devDependencies: dependencies }) });
      assert.deepEqual(names(text), [...own, `${prefix}CONVEX_URL`, `${prefix}CONVEX_SITE_URL`]);
    });
  }

  describe("that others can read", {
    skip: process.platform === "win32" && "modes are not Windows's",
  }, () => {
    const mode = (path: string): number => statSync(path).mode & 0o777;
    const hidden = ["Made .env.local readable by you only: it has the deployment's admin key now."];

    it("is taken away from them when it gets the key, and it is said", () => {
      using temp = new TempApp({ "convex/a.ts": "", ".env.local": "OTHER=1\n" }, { packages: [] });
      const path = join(temp.folder, ".env.local");
      chmodSync(path, 0o664);
      assert.deepEqual(writeEnvFile(temp.app, address), hidden);
      assert.equal(mode(path), 0o600);
      assert.deepEqual(writeEnvFile(temp.app, address), []);
    });

    it("stays as its owner wants it after that", () => {
      using temp = new TempApp({ "convex/a.ts": "" }, { packages: [] });
      const path = join(temp.folder, ".env.local");
      writeEnvFile(temp.app, address);
      chmodSync(path, 0o640);
      assert.deepEqual(writeEnvFile(temp.app, { ...address, apiUrl: "http://other" }), []);
      assert.equal(mode(path), 0o640);
      // Another key is another secret.
      assert.deepEqual(writeEnvFile(temp.app, { ...address, adminKey: "name|other" }), hidden);
      assert.equal(mode(path), 0o600);
    });

    it("keeps a mode that is tight already", () => {
      using temp = new TempApp({ "convex/a.ts": "", ".env.local": "OTHER=1\n" }, { packages: [] });
      const path = join(temp.folder, ".env.local");
      chmodSync(path, 0o700);
      assert.deepEqual(writeEnvFile(temp.app, address), []);
      assert.equal(mode(path), 0o700);
    });
  });

  it("tells of a cloud deployment that it switched off, and of one that it can't", () => {
    const { text, notes } = write({
      ".env.local": "CONVEX_DEPLOYMENT=dev:a\nOTHER=1\n",
      ".env": "CONVEX_DEPLOYMENT=dev:b\n",
    });
    assert.match(text, /^# CONVEX_DEPLOYMENT=dev:a\nOTHER=1\n/);
    assert.deepEqual(notes, [
      "Made .env.local readable by you only: it has the deployment's admin key now.",
      "Commented out CONVEX_DEPLOYMENT in .env.local: this app now uses its own deployment.",
      "Remove CONVEX_DEPLOYMENT from .env: the official tools refuse it beside the variables in .env.local.",
    ]);
  });

  it("is not written again when it is right", () => {
    using temp = new TempApp({ "convex/a.ts": "" }, { packages: [] });
    const path = join(temp.folder, ".env.local");
    writeEnvFile(temp.app, address);
    const { mtimeMs } = statSync(path);
    writeEnvFile(temp.app, address);
    assert.equal(statSync(path).mtimeMs, mtimeMs);
    assert.ok(!existsSync(join(temp.folder, ".env")));
  });
});
