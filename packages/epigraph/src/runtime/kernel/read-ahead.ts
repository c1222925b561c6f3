import type { Execution } from "./execution.ts";

const NEXT_ROW = "1.0/queryStreamNext";

/** The answer to a syscall where it is here already; undefined where the host has to be asked. */
export function readAheadAnswer({ readAhead }: Execution, name: string, args: string): string | undefined {
  if (readAhead === null || name !== NEXT_ROW || args !== readAhead.args) return undefined;
  const answer = readAhead.answers[readAhead.taken];
  if (answer !== undefined) readAhead.taken++;
  return answer;
}

/** Keeps what came with an answer, and gives the answer itself. */
export function keepReadAhead(execution: Execution, name: string, args: string, answer: string): string {
  if (name !== NEXT_ROW) return answer;
  const end = answer.indexOf("\n");
  if (end === -1) return answer;
  execution.readAhead = { args, answers: answer.slice(end + 1).split("\n"), taken: 0 };
  return answer.slice(0, end);
}

/** How many answers were used since the host was asked last. What is left is not valid once it is asked again. */
export function takeRowsTaken(execution: Execution): number {
  const taken = execution.readAhead?.taken ?? 0;
  execution.readAhead = null;
  return taken;
}
