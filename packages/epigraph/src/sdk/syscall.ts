import type { JSONValue } from "../values/value.ts";
import { ConvexError } from "./convex-error.ts";
import { jsonToConvex } from "./convex-json.ts";

/** What the host of functions installs as the global `Convex`. Texts are JSON. */
interface Host {
  syscall(name: string, args: string): string;
  asyncSyscall(name: string, args: string): Promise<string>;
  jsSyscall(name: string, args: object): unknown;
}

/** @throws whatever the host throws; Error outside of a host. */
export function callHost<Result>(name: string, args: object): Result {
  return JSON.parse(host("syscall").syscall(name, JSON.stringify(args))) as Result;
}

/**
 * Rejections carry the stack of the caller, which the host does not know.
 * @throws ConvexError when the host's error carries data, otherwise Error.
 */
export async function callHostAsync<Result>(name: string, args: object): Promise<Result> {
  const convex = host("asyncSyscall");
  let result: string;
  try {
    result = await convex.asyncSyscall(name, JSON.stringify(args));
  } catch (error) {
    throw rethrown(error as HostError);
  }
  return JSON.parse(result) as Result;
}

/** Hands live objects such as a `Blob` over, where text will not do. */
export function callHostWithObjects<Result>(name: string, args: object): Result {
  return host("jsSyscall").jsSyscall(name, args) as Result;
}

interface HostError {
  readonly message: string;
  /** Lossless JSON. */
  readonly data?: JSONValue;
}

function rethrown({ message, data }: HostError): Error {
  if (data === undefined) return new Error(message);
  const error = new ConvexError(message as string | ReturnType<typeof jsonToConvex>);
  error.data = jsonToConvex(data);
  return error;
}

/** Looked up at every call: the module may be evaluated before the host exists, and once for many executions. */
function host(operation: keyof Host): Host {
  const { Convex } = globalThis as { Convex?: Host };
  if (Convex?.[operation] === undefined) {
    throw new Error(
      "The Convex database and auth objects are being used outside of a Convex backend. Did you mean to use `useQuery` or `useMutation` to call a Convex function?",
    );
  }
  return Convex;
}
