import type { CliIo } from "../io.ts";

export interface MemoryIoOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; a terminal when it is left out. */
  readonly stdin?: string;
  /** What is answered to a question; nobody is there to answer when it is left out. */
  readonly answer?: string;
  /** Width of the terminal on standard error; none when it is left out. */
  readonly columns?: number;
}

/** A world for one command that keeps what the command says. */
export class MemoryIo implements CliIo {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly color = false;
  readonly columns: number | null;
  readonly controller: AbortController = new AbortController();
  out = "";
  err = "";
  readonly #stdin: string | null;
  readonly #answer: string | null;

  constructor({ cwd = "/", env = {}, stdin, answer, columns }: MemoryIoOptions = {}) {
    this.cwd = cwd;
    this.env = env;
    this.columns = columns ?? null;
    this.#stdin = stdin ?? null;
    this.#answer = answer ?? null;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  stdout(text: string): void {
    this.out += text;
  }

  stderr(text: string): void {
    this.err += text;
  }

  async readStdin(): Promise<string | null> {
    return this.#stdin;
  }

  async ask(question: string): Promise<string | null> {
    if (this.#answer !== null) this.err += question;
    return this.#answer;
  }

  now(): Date {
    return new Date(2024, 4, 1, 14, 3, 9);
  }

  elapsedMs(): number {
    return performance.now();
  }
}
