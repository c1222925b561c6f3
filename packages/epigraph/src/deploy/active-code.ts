import type { ModuleDocument, PushDocument, PushModule } from "../database/catalogue/catalogue-documents.ts";
import { findSystemDocuments } from "../database/transaction/system-documents.ts";
import type { Transaction } from "../database/transaction/transaction.ts";
import type { PushedCode, PushedModule } from "./analysis.ts";
import { DEFINITION_PATH } from "./prepare-modules.ts";

/**
 * The code of a component's active push, as it was pushed; null before the first push.
 * @throws Error when a module is missing: the push would not be complete.
 */
export function readActiveCode(transaction: Transaction, component: string): PushedCode | null {
  const push = transaction.catalogue.activePush(component);
  return push === null ? null : readCode(transaction, push);
}

/** Of a module that is evaluated at its push, and then no more. */
const ALONE = { environment: "isolate", isShareable: false, isPatching: false } as const;

/** The code of a push, active or not, whose modules are there. */
export function readCode(transaction: Transaction, push: PushDocument): PushedCode {
  const read = ({ path, hash, environment, isShareable, isPatching }: PushModule): PushedModule => {
    const [document] = findSystemDocuments<ModuleDocument>(transaction, "_modules", "by_hash", [hash]);
    if (document === undefined) throw new Error(`The module ${path} of a push is missing`);
    const { source, sourceMap } = document;
    return { path, source, sourceMap, hash, environment, isShareable, isPatching };
  };
  const modules = push.modules.map(read);
  const { definitionHash: hash } = push;
  const special = (name: string): PushedModule | null => modules.find(({ path }) => path === name) ?? null;
  const sdk = special("_sdk.js");
  if (sdk === null) throw new Error("A push has no SDK");
  const schema = special("schema.js");
  const authConfig = special("auth.config.js");
  return {
    modules: modules.filter((module) => ![sdk, schema, authConfig].includes(module)),
    sdk,
    schema,
    definition: typeof hash === "string" ? read({ ...ALONE, path: DEFINITION_PATH, hash }) : null,
    received: null,
    udfServerVersion: push.udfServerVersion,
    authConfig,
    packages: push.packages == null ? null : (JSON.parse(push.packages) as PushedCode["packages"]),
  };
}
