import type { SyscallFailure } from "./bridge.ts";
import { MAX_CONCURRENT_OPERATIONS, TOO_MANY_OPERATIONS } from "./concurrency.ts";
import { currentExecution, type Execution } from "./execution.ts";

/** The error that the SDK sees; it rethrows it from its own frame so that the stack points at app code. */
export function failureToError({ message, data }: SyscallFailure): Error {
  const error = new Error(message);
  return data === undefined ? error : Object.assign(error, { data });
}

/** Starts an asynchronous operation at the host and gives the promise that `settleOperation` fulfils. */
export function startOperation<T>(
  name: string,
  start: (execution: Execution, call: number) => void,
): Promise<T> {
  const execution = currentExecution();
  if (execution.hasPending && execution.pending.size >= MAX_CONCURRENT_OPERATIONS) {
    return Promise.reject(new Error(TOO_MANY_OPERATIONS));
  }
  return new Promise<T>((resolve, reject) => {
    const call = execution.nextCall++;
    execution.pending.set(call, { name, resolve: resolve as (value: never) => void, reject });
    start(execution, call);
  });
}

/** Settles an operation of an execution. */
export function settleOperation({ pending }: Execution, call: number, ok: boolean, value: unknown): void {
  const operation = pending.get(call);
  if (operation === undefined) return;
  pending.delete(call);
  if (ok) operation.resolve(value as never);
  else operation.reject(failureToError(JSON.parse(value as string) as SyscallFailure));
}
