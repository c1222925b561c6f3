/** Takes a stream of lines apart, however it was cut into pieces. */
export class LineReader {
  readonly #onLine: (line: string) => void;
  #rest = "";

  /** @param onLine gets each line without its end. */
  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Pieces hold ASCII. */
  push(piece: Buffer): void {
    const lines = (this.#rest + piece.toString("latin1")).split("\n");
    this.#rest = lines.pop() as string;
    for (const line of lines) this.#onLine(line);
  }
}
