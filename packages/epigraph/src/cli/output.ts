/** Where a command prints. */
export interface Output {
  line(text: string): void;
  error(text: string): void;
}

export const standardOutput: Output = {
  line: (text) => process.stdout.write(`${text}\n`),
  error: (text) => process.stderr.write(`${text}\n`),
};
