/** What a command has of the world outside: nothing else is read or written by name. */
export interface CliIo {
  /** Current folder, absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether to use colours. */
  readonly color: boolean;
  /** Characters in a line of the terminal that shows standard error; null when none does. */
  readonly columns: number | null;
  /** Results. */
  stdout(text: string): void;
  /** Everything else. */
  stderr(text: string): void;
  /** All of standard input; null when it is a terminal. */
  readStdin(): Promise<string | null>;
  /** Asks a person in a terminal, for one line; null where there is none. */
  ask(question: string): Promise<string | null>;
  /** Aborted by Ctrl-C or a request to end. */
  readonly signal: AbortSignal;
  /** Wall clock, for times that are shown. */
  now(): Date;
  /** Monotonic milliseconds, for durations that are shown. */
  elapsedMs(): number;
}
