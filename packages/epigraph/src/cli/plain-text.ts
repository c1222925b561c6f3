// biome-ignore lint/suspicious/noControlCharactersInRegex: it is them that are looked for.
const STEERING = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Texts come from anybody: what would steer the terminal, or turn a text around, is shown, not obeyed. */
export function plainText(text: string): string {
  return text.replace(STEERING, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
  });
}
