// Compiles the package into dist/: declarations and modules by tsc, the realm's own code by its bundler, the dashboard by its.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
rmSync(`${root}/dist`, { recursive: true, force: true });
execFileSync("tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit", cwd: root });
await import("./build-realm.ts");
execFileSync("vite", ["build", "--logLevel", "warn"], {
  stdio: "inherit",
  cwd: fileURLToPath(new URL("../../dashboard", import.meta.url)),
});
