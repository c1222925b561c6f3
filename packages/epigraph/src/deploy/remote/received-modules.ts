import { createHash } from "node:crypto";
import type { ModuleDocument } from "../../database/catalogue/catalogue-documents.ts";
import type { Database } from "../../database/database.ts";
import { findSystemDocuments } from "../../database/transaction/system-documents.ts";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import { receivedKey } from "../activate-push.ts";
import { isChunk, type ReceivedModule } from "../analysis.ts";
import { ROOT } from "../push-plan.ts";
import type { PushRequest, SentModule, UnchangedModule } from "./push-request.ts";

const MAX_MODULES = 4096;

/**
 * All modules of a push: those that came with it and those that the deployment has already.
 * @throws EpigraphError `MissingExistingModule` and its siblings for what it does not have, `InvalidModules` for too many.
 */
export function receiveModules(
  database: Database,
  { changed, unchanged }: PushRequest,
): readonly ReceivedModule[] {
  const count = [...changed, ...unchanged].filter(({ path }) => !isChunk(path)).length;
  if (count > MAX_MODULES) {
    throw new EpigraphError(
      "InvalidModules",
      `Too many function files (${count} > maximum ${MAX_MODULES}) in your app's functions folder. See https://docs.convex.dev/production/state/limits`,
    );
  }
  return [...changed.map(receive), ...findUnchanged(database, unchanged)];
}

/** The hash by which the official CLI tells a module from another version of it. */
export function sentHash({ source, sourceMap }: Pick<SentModule, "source" | "sourceMap">): string {
  return createHash("sha256")
    .update(source)
    .update(sourceMap ?? "")
    .digest("hex");
}

function receive(module: SentModule): ReceivedModule {
  return { ...module, sha256: sentHash(module) };
}

function findUnchanged(database: Database, unchanged: readonly UnchangedModule[]): readonly ReceivedModule[] {
  if (unchanged.length === 0) return [];
  return database.read((transaction) => {
    const received = transaction.catalogue.activePush(ROOT)?.received ?? [];
    const existing = new Map(received.map((module) => [module.path, module]));
    return unchanged.map(({ path, sha256, environment }) => {
      const found = existing.get(path);
      if (found === undefined) {
        throw new EpigraphError("MissingExistingModule", `Module ${path} is not in the deployment`);
      }
      if (found.sha256 !== sha256) {
        throw new EpigraphError(
          "ExistingModuleHashConflict",
          `Module ${path} has another hash in the deployment: it was pushed by somebody else meanwhile`,
        );
      }
      if (found.environment !== environment) {
        throw new EpigraphError(
          "ExistingModuleEnvConflict",
          `Module ${path} runs in another environment in the deployment: it was pushed by somebody else meanwhile`,
        );
      }
      const key = receivedKey(found);
      const [document] = findSystemDocuments<ModuleDocument>(transaction, "_modules", "by_hash", [key]);
      if (document === undefined) {
        throw new EpigraphError(
          "MissingExistingModuleMetadata",
          `The source of module ${path} is not in the deployment`,
        );
      }
      const { source, sourceMap } = document;
      return { path, sha256, environment, source, sourceMap };
    });
  });
}
