import { DatabaseError } from "../../database/database-error.ts";
import type { SyscallFailure, ThrownError } from "../kernel/bridge.ts";
import { type ActionFrame, type ActionOutcome, OperationError } from "./action-frame.ts";
import { type CallError, type CallResult, errorText, isCallError, uncaught } from "./call-error.ts";
import { identityOf } from "./caller.ts";
import type { Code } from "./code.ts";
import { runFunctionSyscall } from "./function-syscalls.ts";

/** What a registration answers with is JSON text, by the contract between the SDK and its host. */
export const NO_TEXT = "A registered function did not resolve to a text";
const HIDDEN_FAULT = "Your request couldn't be completed. Try again later.";

/** The text that the kernel gives for how an action ended. */
export function readOutcome(outcome: string, { stacks }: Code): ActionOutcome {
  switch (outcome[0]) {
    case "V":
      return { type: "value", json: outcome.slice(1) };
    case "N":
      return { type: "noRoute" };
    case "X":
      return { type: "fault", error: new Error(NO_TEXT) };
    default: {
      const thrown = JSON.parse(outcome.slice(1)) as ThrownError;
      return { type: "error", error: uncaught(thrown, stacks), route: thrown.route ?? null };
    }
  }
}

/** @throws OperationError with the text for app code when the credentials were bad. */
function readIdentity({ caller }: ActionFrame): unknown {
  try {
    return identityOf(caller);
  } catch (error) {
    throw new OperationError((error as Error).message);
  }
}

/** In an action everything can be caught, but faults of the server say nothing about themselves. */
export function operationFailure(error: unknown): SyscallFailure {
  if (error instanceof OperationError || error instanceof DatabaseError) {
    const { message, data } = error;
    return data === undefined ? { message } : { message, data };
  }
  if (error instanceof SyntaxError) return { message: `Received invalid json: ${error.message}` };
  return { message: HIDDEN_FAULT };
}

/** Answers an operation of an action. @throws OperationError, DatabaseError, or a fault of the server. */
export function answerOperation(
  frame: ActionFrame,
  instanceName: string,
  name: string,
  argsJson: string,
): string | Promise<string> {
  if (name === "1.0/getUserIdentity") return JSON.stringify(readIdentity(frame));
  const args = JSON.parse(argsJson) as Record<string, unknown>;
  return runFunctionSyscall(frame, instanceName, name) ?? frame.operation(name, args);
}

/** @throws OperationError with the text that the caller of a nested call sees. */
export function unwrap(result: CallResult): string {
  if (!isCallError(result)) return result.json;
  const data = readData(result);
  throw new OperationError(errorText(result).trimEnd(), data);
}

function readData({ data }: CallError): unknown {
  return data === null ? undefined : JSON.parse(data);
}
