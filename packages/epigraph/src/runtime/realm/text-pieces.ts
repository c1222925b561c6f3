/**
 * isolated-vm copies short texts into an isolate, and lends it longer ones: memory outside the engine's heap that the
 * engine does not count, and so frees late (70 MB of it stood in a runner under load). Texts of a usual length therefore
 * cross in pieces that are copied. For very long ones copying would cost more than lending.
 */
const PIECE_CHARACTERS = 1000;
const MAX_COPIED_CHARACTERS = 64_000;

/** A text as arguments of one entry. */
export function textPieces(text: string): readonly string[] {
  if (text.length <= PIECE_CHARACTERS || text.length > MAX_COPIED_CHARACTERS) return [text];
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += PIECE_CHARACTERS)
    pieces.push(text.slice(at, at + PIECE_CHARACTERS));
  return pieces;
}

/** A text that a callback gives, which can return one piece only: the realm asks for the others. */
export class TextAnswer {
  #text = "";
  #at = 0;

  /** What the callback returns: the text, or `+` and its beginning. */
  begin(text: string): string {
    if (text.length <= PIECE_CHARACTERS || text.length > MAX_COPIED_CHARACTERS) return text;
    this.#text = text;
    this.#at = PIECE_CHARACTERS - 1;
    return `+${text.slice(0, this.#at)}`;
  }

  /** What follows; empty at the end. */
  next(): string {
    const piece = this.#text.slice(this.#at, this.#at + PIECE_CHARACTERS);
    this.#at += piece.length;
    if (piece === "") this.#text = "";
    return piece;
  }
}
