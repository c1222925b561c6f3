import type { LogLevel, SyscallFailure } from "../../kernel/bridge.ts";
import { type ActionRequest, currentRequest } from "./request.ts";
import { getBlob, storeBlob } from "./storage.ts";

const MAX_PENDING = 1000;
const LEFTOVER =
  "Leftover state detected. This typically happens if there are dangling promises from a previous request. Did you forget to await your promises?";
const NO_DATABASE =
  "The Convex database object is being used outside of a Convex query or mutation. Did you mean to call ctx.runQuery or ctx.runMutation? Actions have no database of their own.";
const TOO_MANY =
  "Too many concurrent operations. See https://docs.convex.dev/functions/actions#limits for more information.";

type SendOperation = (request: ActionRequest, call: number, name: string, argsJson: string) => void;

/** Installs what the SDK calls its host by. */
export function installConvexGlobal(send: SendOperation): void {
  const convex = {
    syscall: (name: string, _argsJson: string): never => {
      throw new Error(name === "1.0/componentArgument" ? `Unknown operation ${name}` : NO_DATABASE);
    },
    asyncSyscall: async (name: string, argsJson: string): Promise<string> => {
      const request = requestOf(argsJson);
      if (request.pending.size >= MAX_PENDING) throw new Error(TOO_MANY);
      return new Promise((resolve, reject) => {
        const call = request.nextCall++;
        request.pending.set(call, { name, resolve, reject });
        send(request, call, name, argsJson);
      });
    },
    jsSyscall: (name: string, argument: Readonly<Record<string, unknown>>): Promise<unknown> => {
      const ask = async (operation: string, args: object): Promise<unknown> =>
        JSON.parse(await convex.asyncSyscall(operation, JSON.stringify(args)));
      if (name === "storage/storeBlob") return storeBlob(ask, argument);
      if (name === "storage/getBlob") return getBlob(ask, argument);
      throw new Error(`Unknown JS syscall: ${name}`);
    },
  };
  Object.defineProperty(globalThis, "Convex", { value: Object.freeze(convex) });
}

/** The action that a call is made for. @throws Error when that one is over, or none has begun. */
function requestOf(argsJson: string): ActionRequest {
  const request = currentRequest();
  if (request === null) throw new Error(LEFTOVER);
  if (request.isImporting) throw new Error("Cannot invoke syscall during module imports");
  const { requestId } = JSON.parse(argsJson) as { readonly requestId?: unknown };
  if (requestId !== undefined && requestId !== request.id) throw new Error(LEFTOVER);
  return request;
}

/** Settles an operation with the host's answer. */
export function settleOperation(request: ActionRequest, call: number, ok: boolean, text: string): void {
  const operation = request.pending.get(call);
  request.pending.delete(call);
  if (ok) operation?.resolve(text);
  else operation?.reject(toError(JSON.parse(text) as SyscallFailure));
}

/** Tells the developer which operations an action started and left alone. */
export function warnOfOutstanding(
  { pending }: ActionRequest,
  log: (level: LogLevel, text: string) => void,
): void {
  const names = new Set(Array.from(pending.values(), ({ name }) => name.slice(name.lastIndexOf("/") + 1)));
  for (const name of names) {
    log(
      "WARN",
      `You have an outstanding ${name} call. Operations should be awaited or they might not run. See https://docs.convex.dev/functions/actions#dangling-promises for more information.`,
    );
  }
}

function toError({ message, data }: SyscallFailure): Error {
  const error = new Error(message);
  return data === undefined ? error : Object.assign(error, { data });
}
