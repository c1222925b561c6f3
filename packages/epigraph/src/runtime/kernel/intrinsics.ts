import type { Execution } from "./execution.ts";
import { redo, restoreIntrinsics } from "./restore.ts";

/** The execution whose changes to the language's and the platform's objects are in place. */
let owner: Execution | null = null;
/** Something was changed that can't be changed back. */
let isSpoiled = false;

/** An execution is about to evaluate a module that may change such objects: what is changed from now on is its own. */
export function ownChanges(execution: Execution): void {
  owner = execution;
}

/** Before an entry: puts away the changes of the execution that was here before, and makes those of the one that comes. */
export function switchChanges(execution: Execution | null): void {
  if (owner === execution) return;
  if (owner !== null) {
    const { changes, isWhole } = restoreIntrinsics();
    owner.changes = changes;
    if (!isWhole) isSpoiled = true;
    owner = null;
  }
  if (execution === null || execution.changes === null) return;
  redo(execution.changes);
  execution.changes = null;
  owner = execution;
}

/**
 * Makes such objects as they were at first.
 * @returns false when that is not possible.
 */
export function clean(): boolean {
  switchChanges(null);
  return !isSpoiled;
}
