import { currentExecution } from "./execution.ts";
import { host } from "./host.ts";

/** `process.env`: each read asks the host, so that the value is the one of this moment; it lists nothing and keeps nothing. */
export function makeEnvironment(): object {
  return new Proxy(Object.create(null) as object, {
    get: (_target, name) => {
      if (typeof name !== "string") return undefined;
      const answer = host.environment(currentExecution().id, name);
      if (answer === undefined) return undefined;
      if (answer.charCodeAt(0) === 86 /* V */) return answer.slice(1);
      throw new Error(answer.slice(1));
    },
    has: () => false,
    ownKeys: () => [],
    set: () => true,
    deleteProperty: () => true,
    defineProperty: () => true,
    setPrototypeOf: () => false,
    preventExtensions: () => false,
  });
}
