import type { ActivePush } from "../../database/catalogue/catalogue.ts";
import type { ModuleDocument } from "../../database/catalogue/catalogue-documents.ts";
import { findSystemDocuments } from "../../database/transaction/system-documents.ts";
import { Transaction } from "../../database/transaction/transaction.ts";
import { UNLIMITED } from "../../database/transaction/transaction-limits.ts";
import type { Snapshot } from "../../store/store.ts";
import { type CompiledValidator, compileValidator } from "../../values/validate.ts";
import { parseValidator } from "../../values/validator-json.ts";
import type { ModuleUse } from "../kernel/modules.ts";
import { makeNodeCode, type NodeCode } from "../node/node-code.ts";
import type { RealmCode, RealmModule } from "../realm/realm.ts";
import { seedOf } from "./effects.ts";
import { StackMapper } from "./stack-mapper.ts";

export type FunctionType = "Query" | "Mutation" | "Action";

/** A function as the analysis at its push found it. */
export interface FunctionInfo {
  readonly type: FunctionType;
  readonly isPublic: boolean;
  /** Whether it runs in a Node process. */
  readonly isNode: boolean;
  /** Null: anything is accepted. */
  readonly args: CompiledValidator | null;
  /** Null: anything may come out. */
  readonly returns: CompiledValidator | null;
}

/** The code of one push, ready to be put into realms. */
export interface Code extends RealmCode {
  readonly pushId: string;
  /** By canonical path, `messages.js:list`. */
  readonly functions: ReadonlyMap<string, FunctionInfo>;
  readonly hasHttpRoutes: boolean;
  readonly stacks: StackMapper;
  /** Null when no module is of the Node runtime. */
  readonly node: NodeCode | null;
}

/** A module's text as it was pushed. */
export interface ModuleText {
  readonly path: string;
  readonly source: string;
  /** JSON text, null when there is none. */
  readonly sourceMap: string | null;
  readonly use: ModuleUse;
  readonly environment: "isolate" | "node";
}

/**
 * Reads the code of a push from a snapshot that has it active.
 * @throws Error when a module is missing: the push would not be complete.
 */
export function loadCode(snapshot: Snapshot, catalogue: Transaction["catalogue"], push: ActivePush): Code {
  const transaction = new Transaction({ snapshot, catalogue, nowMs: 0, random: refuse, limits: UNLIMITED });
  const modules = push.modules.map(({ path, hash, environment, isShareable, isPatching }): ModuleText => {
    const [document] = findSystemDocuments<ModuleDocument>(transaction, "_modules", "by_hash", [hash]);
    if (document === undefined) throw new Error(`The module ${path} of the active push is missing`);
    const { source, sourceMap } = document;
    const use = isShareable ? "shared" : isPatching ? "patching" : "own";
    return { path, source, sourceMap, use, environment };
  });
  return {
    ...toRealmCode(modules, Buffer.from(push.importSeed, "hex"), push.importTimestamp),
    pushId: push._id,
    functions: readFunctions(push.functions, modules),
    hasHttpRoutes: push.httpRoutes !== null,
    stacks: stacksOf(modules),
    node: readNodeCode(push, modules),
  };
}

function readNodeCode({ packages }: ActivePush, modules: readonly ModuleText[]): NodeCode | null {
  if (packages === null || packages === undefined) return null;
  const { folder } = JSON.parse(packages) as { readonly folder: string };
  return makeNodeCode(folder, modulesForNode(modules), packages);
}

/** Its own modules and the SDK, which all modules of a push have in common. */
export function modulesForNode<T extends Pick<ModuleText, "path" | "environment">>(
  modules: readonly T[],
): readonly T[] {
  return modules.filter(({ path, environment }) => environment === "node" || path === "_sdk.js");
}

/** @param importSeed and importTimeMs what random numbers and the clock give while modules are evaluated. */
export function toRealmCode(
  modules: readonly ModuleText[],
  importSeed: Uint8Array,
  importTimeMs: number,
): RealmCode {
  return {
    modules: modules
      .filter(({ environment }) => environment === "isolate")
      .map(({ path, source, use }): RealmModule => ({ path, source, use })),
    importSeed: seedOf(importSeed),
    importTimeMs,
  };
}

export function stacksOf(modules: readonly ModuleText[]): StackMapper {
  return new StackMapper(new Map(modules.map(({ path, sourceMap }) => [path, sourceMap])));
}

interface AnalysedModules {
  readonly [path: string]: {
    readonly functions: readonly {
      readonly name: string;
      readonly udfType: FunctionType;
      readonly visibility: "public" | "internal" | null;
      readonly args: string | null;
      readonly returns: string | null;
    }[];
  };
}

function readFunctions(json: string, modules: readonly ModuleText[]): ReadonlyMap<string, FunctionInfo> {
  const node = new Set(modules.filter(({ environment }) => environment === "node").map(({ path }) => path));
  const functions = new Map<string, FunctionInfo>();
  for (const [path, module] of Object.entries(JSON.parse(json) as AnalysedModules)) {
    for (const { name, udfType, visibility, args, returns } of module.functions) {
      functions.set(`${path}:${name}`, {
        type: udfType,
        isPublic: visibility === "public",
        isNode: node.has(path),
        args: readValidator(args),
        returns: readValidator(returns),
      });
    }
  }
  return functions;
}

/** Null for none and for `v.any()`, which say the same. */
function readValidator(json: string | null): CompiledValidator | null {
  const parsed: unknown = json === null ? null : JSON.parse(json);
  if (parsed === null) return null;
  const validator = parseValidator(parsed);
  return validator.type === "any" ? null : compileValidator(validator);
}

function refuse(): never {
  throw new Error("Reading code makes no ids");
}
