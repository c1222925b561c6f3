import type { Command, Step } from "./app/convex/commands.ts";
import type { TransactionRecord } from "./checker/history.ts";

/** How one client reaches the app. */
export interface Target {
  setUp(objects: readonly string[]): Promise<readonly string[]>;
  clear(): Promise<void>;
  /** All commands in one mutation, which throws at its end where it `fails`. */
  run(commands: readonly Command[], fails: boolean): Promise<Answer>;
  /** All commands in one query. */
  look(commands: readonly Command[]): Promise<Answer>;
  /** In two queries that read at one instant, newer than all that was acknowledged. */
  lookTwice(first: readonly Command[], second: readonly Command[]): Promise<Answer>;
}

export type Answer = Pick<TransactionRecord, "outcome" | "steps">;

/** Steps of a transaction that told nothing: what it would have written. */
export function intendedSteps(commands: readonly Command[]): Step[] {
  return commands.flatMap((command): Step[] => {
    switch (command.type) {
      case "append":
        return [{ type: "append", object: command.object, value: command.value }];
      case "write":
        return [{ type: "write", object: command.object, value: command.value, replaced: null }];
      case "nested":
        return [{ type: "nested", isRolledBack: command.fails, steps: intendedSteps(command.commands) }];
      default:
        return [];
    }
  });
}
