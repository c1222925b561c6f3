import type { LogLevel } from "../kernel/bridge.ts";

/**
 * What a runner and one of its Node processes say to each other. The order of messages is kept in both directions. The
 * member `text` is what may be large; it travels as it is.
 */

/** File descriptors that a Node process inherits, both of them connected to its runner. */
export const CHANNEL_FD = 3;
export const WATCHDOG_FD = 4;

/** What the watchdog says before it ends its process for the memory that it has. */
export const OUT_OF_MEMORY_NOTICE = "memory\n";

/** A module as Node evaluates it; `_sdk.js` is in wrapper form, the others are ES modules. */
export interface NodeModule {
  readonly path: string;
  readonly source: string;
  /** JSON text, null when there is none. */
  readonly sourceMap: string | null;
}

export type ToNode =
  /** Comes once, first. `text`: JSON of the `NodeModule`s. */
  | {
      readonly type: "load";
      /** The app's: packages are found as from a file that lies in a folder of it. */
      readonly folder: string;
      readonly environment: Readonly<Record<string, string>>;
      readonly text: string;
    }
  /** Run an action. Ends with `done`. `text`: JSON of the positional arguments. */
  | {
      readonly type: "run";
      /** Nobody can guess it: what comes with another one belongs to an action that has ended. */
      readonly request: string;
      readonly module: string;
      readonly name: string;
      readonly limitMs: number;
      readonly text: string;
    }
  /** Of an `operation`. `text`: JSON of its result, or of a `SyscallFailure`. */
  | {
      readonly type: "answer";
      readonly request: string;
      readonly call: number;
      readonly ok: boolean;
      readonly text: string;
    }
  /** Evaluate modules and say what they export. Ends with `analysis`. `text`: JSON of their paths. */
  | { readonly type: "analyse"; readonly text: string };

export type FromNode =
  /** `ctx.runQuery` and its siblings. `text`: JSON of its arguments. */
  | {
      readonly type: "operation";
      readonly request: string;
      readonly call: number;
      readonly name: string;
      readonly text: string;
    }
  /** A console line. */
  | {
      readonly type: "line";
      readonly request: string;
      readonly level: LogLevel;
      readonly text: string;
    }
  /** `text`: `V<json of the result>`, `E<json of ThrownError>`, or `P` and a text that is the whole error. */
  | {
      readonly type: "done";
      readonly request: string;
      /** The process can't be trusted with another action. */
      readonly isSpoiled: boolean;
      readonly text: string;
    }
  /** `text`: JSON of facts by path; or `ThrownError` of the module that `failed`. */
  | { readonly type: "analysis"; readonly failed: string | null; readonly text: string };

/** Stands for a request where modules are evaluated for their analysis. */
export const ANALYSIS = "analysis";
