/**
 * Index keys: bytes whose unsigned order is the order of the values. Each value starts with its type's tag, in the
 * order of types, and delimits itself, so that a tuple is the concatenation of its parts and no key is a prefix of
 * another of as many parts. Strings and bytes end with 00; inside them 00 is 01 01 and 01 is 01 02.
 */
export const KEY_TAG = {
  undefined: 0x10,
  null: 0x18,
  int64: 0x20,
  float64: 0x28,
  false: 0x38,
  true: 0x39,
  string: 0x40,
  bytes: 0x48,
  array: 0x50,
  object: 0x58,
} as const;

export const KEY_END = 0x00;
export const KEY_ESCAPE = 0x01;
/** In front of each field of an object: greater than the end mark, so that a shorter object is less. */
export const KEY_FIELD = 0x08;
