import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { App } from "./find-app.ts";
import { resolvePackage } from "./installed-packages.ts";
import { hasConvexPackage } from "./sdk-modules.ts";

export type TypecheckOutcome =
  | { readonly type: "passed" }
  /** What the compiler printed. */
  | { readonly type: "failed"; readonly output: string }
  /** Nothing to check with: one sentence saying why. */
  | { readonly type: "skipped"; readonly reason: string };

export interface TypecheckOptions {
  /** Colours and code frames, as on a terminal. */
  readonly pretty: boolean;
  /** Stops the compiler. */
  readonly signal?: AbortSignal;
}

/** Checks the types of the functions folder with the app's own compiler and its `tsconfig.json`. */
export async function typecheck(app: App, options: TypecheckOptions): Promise<TypecheckOutcome> {
  if (!existsSync(join(app.functionsFolder, "tsconfig.json"))) {
    return { type: "skipped", reason: `there is no ${app.functionsPath}/tsconfig.json` };
  }
  const compiler = findCompiler(app);
  if (compiler === null) {
    return { type: "skipped", reason: `the app has no package ${COMPILERS[app.config.compiler].package}` };
  }
  if (!hasConvexPackage(app.folder) && resolvePackage(app.folder, "epigraph") === null) {
    return { type: "skipped", reason: "the app has no package epigraph, which brings the types" };
  }
  const args = ["--project", app.functionsFolder, "--noEmit", "--pretty", String(options.pretty)];
  const { exitCode, output } = await run(compiler, args, app.folder, options.signal);
  return exitCode === 0 ? { type: "passed" } : { type: "failed", output };
}

const COMPILERS = {
  tsc: { package: "typescript", bin: "tsc" },
  tsgo: { package: "@typescript/native-preview", bin: "tsgo" },
} as const;

/** The script behind the app's `tsc`. */
function findCompiler(app: App): string | null {
  const compiler = COMPILERS[app.config.compiler];
  const manifest = resolvePackage(app.folder, compiler.package);
  if (manifest === null) return null;
  const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as {
    readonly bin?: Readonly<Record<string, string>>;
  };
  const script = bin?.[compiler.bin];
  return script === undefined ? null : join(dirname(manifest), script);
}

function run(
  script: string,
  args: readonly string[],
  cwd: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      ...(signal === undefined ? {} : { signal }),
    });
    let output = "";
    const collect = (chunk: string): void => {
      output += chunk;
    };
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, output }));
  });
}
