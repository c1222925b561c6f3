import { createHash } from "node:crypto";
import type { NodeModule } from "./messages.ts";

/** The part of a push that Node runs. */
export interface NodeCode {
  /** Equal for equal code, whichever push it came with. */
  readonly key: string;
  /** Packages are found as from a file that lies in a folder of it. */
  readonly folder: string;
  /** The SDK among them, as `_sdk.js`. */
  readonly modules: readonly NodeModule[];
}

/** Code with the environment variables that it is evaluated with: a process is for one of these. */
export interface NodeApp {
  readonly key: string;
  readonly code: NodeCode;
  readonly environment: Readonly<Record<string, string>>;
}

export function makeNodeApp(code: NodeCode, environment: Readonly<Record<string, string>>): NodeApp {
  return { key: hashOf([code.key, JSON.stringify(Object.entries(environment).sort())]), code, environment };
}

/** @param facts whatever else makes the code what it is, such as versions of packages. */
export function makeNodeCode(folder: string, modules: readonly NodeModule[], facts: string): NodeCode {
  const texts = modules.flatMap(({ path, source, sourceMap }) => [path, source, sourceMap ?? ""]);
  return { key: hashOf([folder, facts, ...texts]), folder, modules };
}

function hashOf(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex");
}
