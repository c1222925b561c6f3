/** Legacy codes of the Web IDL standard, in order: the first is 1. Null: a name that was withdrawn. */
const LEGACY_NAMES = [
  ["IndexSizeError", "INDEX_SIZE_ERR"],
  [null, "DOMSTRING_SIZE_ERR"],
  ["HierarchyRequestError", "HIERARCHY_REQUEST_ERR"],
  ["WrongDocumentError", "WRONG_DOCUMENT_ERR"],
  ["InvalidCharacterError", "INVALID_CHARACTER_ERR"],
  [null, "NO_DATA_ALLOWED_ERR"],
  ["NoModificationAllowedError", "NO_MODIFICATION_ALLOWED_ERR"],
  ["NotFoundError", "NOT_FOUND_ERR"],
  ["NotSupportedError", "NOT_SUPPORTED_ERR"],
  ["InUseAttributeError", "INUSE_ATTRIBUTE_ERR"],
  ["InvalidStateError", "INVALID_STATE_ERR"],
  ["SyntaxError", "SYNTAX_ERR"],
  ["InvalidModificationError", "INVALID_MODIFICATION_ERR"],
  ["NamespaceError", "NAMESPACE_ERR"],
  ["InvalidAccessError", "INVALID_ACCESS_ERR"],
  [null, "VALIDATION_ERR"],
  ["TypeMismatchError", "TYPE_MISMATCH_ERR"],
  ["SecurityError", "SECURITY_ERR"],
  ["NetworkError", "NETWORK_ERR"],
  ["AbortError", "ABORT_ERR"],
  ["URLMismatchError", "URL_MISMATCH_ERR"],
  ["QuotaExceededError", "QUOTA_EXCEEDED_ERR"],
  ["TimeoutError", "TIMEOUT_ERR"],
  ["InvalidNodeTypeError", "INVALID_NODE_TYPE_ERR"],
  ["DataCloneError", "DATA_CLONE_ERR"],
] as const;

/** `DOMException` of the Web IDL standard. */
export class DOMException extends Error {
  readonly #name: string;

  constructor(message = "", options: string | { name?: string; cause?: unknown } = "Error") {
    const { name = "Error", ...rest } = typeof options === "object" ? options : { name: String(options) };
    super(String(message), "cause" in rest ? { cause: rest.cause } : undefined);
    this.#name = String(name);
  }

  override get name(): string {
    return this.#name;
  }

  /** Number of the legacy names, 0 for the newer ones. */
  get code(): number {
    return LEGACY_NAMES.findIndex(([name]) => name === this.#name) + 1;
  }

  get [Symbol.toStringTag](): string {
    return "DOMException";
  }
}

LEGACY_NAMES.forEach(([, constant], index) => {
  const descriptor = { value: index + 1, enumerable: true };
  Object.defineProperty(DOMException, constant, descriptor);
  Object.defineProperty(DOMException.prototype, constant, descriptor);
});
