/** One thing that an operator can set. Help, documents, checks and what is printed at start are made from it. */
export interface Setting<T> {
  /** What stands for the value in help, such as `<n>`; null where there is none to be given: a switch. */
  readonly value: string | null;
  /** A sentence or two, without a full stop at the end. */
  readonly text: string;
  /** What it is when nobody says, for people. */
  readonly shownDefault: string;
  /** Variable of the process's environment. */
  readonly env: string;
  /** Whether there is an option of the command line. Not for what must not be in a list of processes. */
  readonly hasFlag: boolean;
  /** Never shown. */
  readonly isSecret: boolean;
  /** Values that it may have, for help and shells; null where that can't be listed. */
  readonly choices: readonly string[] | null;
  /**
   * @param name as the operator wrote it: `--port`, `PORT`, or `port in epigraph.config.ts`.
   * @throws BadSetting
   */
  readonly parse: (text: string, name: string) => T;
  readonly otherwise: T;
}

/** A value that a setting can't have; the message is a sentence that begins with the setting's name. */
export class BadSetting extends Error {
  override readonly name = "BadSetting";
}

/** `siteProxyPort` is the option `--site-proxy-port`. */
export function flagOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
