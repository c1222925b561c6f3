import { COMMIT_TS } from "./commit-ts.ts";
import { MAX_FIELD_NAME_LENGTH, MAX_INT64, MIN_INT64 } from "./limits.ts";
import { invalidCharacterText, isFieldName } from "./names.ts";
import { isPlainObject } from "./value.ts";
import { ValueError } from "./value-error.ts";

const MAX_SHOWN_CHARS = 16384;
const TRUNCATED = "[...truncated]";
const LEARN_MORE = "To learn about Convex's supported types, see https://docs.convex.dev/using/types.";

/**
 * The error for the first thing inside `root` that is not a value, with the texts that functions see: field names
 * are looked at in ascending order, as an encoder does.
 * @param root something an encoder has already refused.
 */
export function unsupportedValue(root: unknown): ValueError {
  return (
    find(root, "", root) ??
    new ValueError("InvalidValue", `${showAnything(root)} is not a supported Convex type.`)
  );
}

function find(value: unknown, path: string, root: unknown): ValueError | null {
  switch (typeof value) {
    case "undefined": {
      const place = path === "" ? "" : ` (present at path ${path} in original object ${showAnything(root)})`;
      return new ValueError("InvalidValue", `undefined is not a valid Convex value${place}. ${LEARN_MORE}`);
    }
    case "bigint":
      if (value >= MIN_INT64 && value <= MAX_INT64) return null;
      return new ValueError("InvalidValue", `BigInt ${value} does not fit into a 64-bit signed integer.`);
    case "object":
    case "function":
    case "symbol":
      break;
    default:
      return null;
  }
  if (value === null || value instanceof ArrayBuffer || value === COMMIT_TS) return null;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const error = find(value[i], `${path}[${i}]`, root);
      if (error !== null) return error;
    }
    return null;
  }
  if (!isPlainObject(value)) return unsupportedType(value, path, root);
  for (const name of Object.keys(value).sort()) {
    if (value[name] === undefined) continue;
    const error = fieldNameError(name) ?? find(value[name], `${path}.${name}`, root);
    if (error !== null) return error;
  }
  return null;
}

function unsupportedType(
  value: object | symbol | ((...args: never) => unknown),
  path: string,
  root: unknown,
): ValueError {
  const description =
    value instanceof Set
      ? `Set${showAnything([...value])}`
      : value instanceof Map
        ? `Map${showAnything([...value])}`
        : `${value.constructor?.name ? `${value.constructor.name} ` : ""}${showAnything(value)}`;
  const place =
    path === "" ? "." : ` (present at path ${path} in original object ${showAnything(root)}). ${LEARN_MORE}`;
  return new ValueError("InvalidValue", `${description} is not a supported Convex type${place}`);
}

function fieldNameError(name: string): ValueError | null {
  if (isFieldName(name)) return null;
  const text =
    name.length > MAX_FIELD_NAME_LENGTH
      ? `Field name ${name} exceeds maximum field name length ${MAX_FIELD_NAME_LENGTH}.`
      : name.startsWith("$")
        ? `Field name ${name} starts with a '$', which is reserved.`
        : invalidCharacterText(name);
  return new ValueError("InvalidFieldName", text);
}

/** JSON for messages: what JSON leaves out or refuses is spelled out, and the length is bounded. */
function showAnything(value: unknown): string {
  const text = JSON.stringify(value, (_key, inner) => {
    switch (typeof inner) {
      case "undefined":
        return "undefined";
      case "bigint":
        return `${inner}n`;
      case "function":
        return "[Function]";
      case "symbol":
        return String(inner);
      default:
        return inner;
    }
  });
  if (text.length <= MAX_SHOWN_CHARS) return text;
  const end = MAX_SHOWN_CHARS - TRUNCATED.length;
  // A pair of surrogates is not cut in half.
  const splitsPair = (text.codePointAt(end - 1) ?? 0) > 0xffff;
  return text.slice(0, splitsPair ? end - 1 : end) + TRUNCATED;
}
