/** Longest message, in UTF-8 bytes, that goes in one piece to a client that can put pieces together. */
export const CHUNK_BYTES = 5_000_000;

/**
 * The messages that a Transition goes in. They must follow one another without any other between.
 * @param text JSON text of the Transition.
 * @param chunkBytes most bytes of one piece.
 */
export function transitionMessages(text: string, chunkBytes: number = CHUNK_BYTES): readonly string[] {
  // A character has three bytes at most.
  if (text.length * 3 <= chunkBytes) return [text];
  const bytes = Buffer.from(text);
  if (bytes.length <= chunkBytes) return [text];
  const chunks: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = characterStart(bytes, Math.min(start + chunkBytes, bytes.length));
    chunks.push(bytes.toString("utf8", start, end));
    start = end;
  }
  return chunks.map((chunk, partNumber) =>
    JSON.stringify({
      type: "TransitionChunk",
      chunk,
      partNumber,
      totalParts: chunks.length,
      transitionId: String(bytes.length),
    }),
  );
}

/** The beginning of the character that stands at a place. */
function characterStart(bytes: Buffer, at: number): number {
  let start = at;
  while (start < bytes.length && (bytes[start]! & 0xc0) === 0x80) start--;
  return start;
}
