/** Functions of the SDK whose result depends on their arguments alone, and that touch nothing else. */
const MAKERS: ReadonlySet<string> = new Set([
  "server.queryGeneric",
  "server.internalQueryGeneric",
  "server.mutationGeneric",
  "server.internalMutationGeneric",
  "server.actionGeneric",
  "server.internalActionGeneric",
  "server.httpActionGeneric",
  "server.httpRouter",
  "server.defineSchema",
  "server.defineTable",
  "server.docValidator",
  "server.paginationResultValidator",
  "server.makeFunctionReference",
  "server.componentsGeneric",
  "values.asObjectValidator",
]);

const VALIDATOR = /^values\.v\.[a-z]\w*$/i;

export function isMaker(path: string): boolean {
  return MAKERS.has(path) || VALIDATOR.test(path);
}

/** Methods of what the SDK made that give something new. */
export const DERIVING_METHODS: ReadonlySet<string> = new Set([
  "optional",
  "partial",
  "omit",
  "pick",
  "extend",
]);

/** Methods that change what they are called on; the last one is of regular expressions. */
export const CHANGING_METHODS: ReadonlySet<string> = new Set([
  "index",
  "searchIndex",
  "vectorIndex",
  "staged",
  "route",
  "compile",
]);
