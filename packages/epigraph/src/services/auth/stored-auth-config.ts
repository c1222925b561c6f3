import type { ActivePush } from "../../database/catalogue/catalogue.ts";
import type {
  ModuleDocument,
  PushDocument,
  PushModule,
} from "../../database/catalogue/catalogue-documents.ts";
import { findSystemDocuments, patchSystemDocument } from "../../database/transaction/system-documents.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { AUTH_CONFIG_PATH, type AuthConfigCode } from "./auth-config-evaluator.ts";

const ROOT = "";
const SDK_PATH = "_sdk.js";

/** JSON text of the providers that the active push names; null when it names none. */
export function readAuthProviders({ catalogue }: Transaction): string | null {
  return catalogue.activePush(ROOT)?.authProviders ?? null;
}

/** The auth config that was pushed; null when the active push has none. */
export function readAuthConfigCode(transaction: Transaction): AuthConfigCode | null {
  const modules = transaction.catalogue.activePush(ROOT)?.modules ?? [];
  if (!modules.some(({ path }) => path === AUTH_CONFIG_PATH)) return null;
  return {
    modules: modules
      .filter(({ path }) => path === AUTH_CONFIG_PATH || path === SDK_PATH)
      .map((module) => readModule(transaction, module)),
  };
}

function readModule(
  transaction: Transaction,
  { path, hash, environment }: PushModule,
): AuthConfigCode["modules"][number] {
  const [document] = findSystemDocuments<ModuleDocument>(transaction, "_modules", "by_hash", [hash]);
  if (document === undefined) throw new Error(`The module ${path} of the active push is missing`);
  return { path, source: document.source, sourceMap: document.sourceMap, environment };
}

/** What the same config names after the environment has changed. */
export function replaceAuthProviders(transaction: Transaction, push: ActivePush, providers: string): void {
  patchSystemDocument<PushDocument>(transaction, "_pushes", push._id, { authProviders: providers });
}
