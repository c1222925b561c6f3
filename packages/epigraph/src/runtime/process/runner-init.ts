import type { FileStoreSettings } from "../../files/open-file-store.ts";
import type { NodeLimits } from "../node/node-limits.ts";
import type { TimeLimits } from "../runner/time-limits.ts";

/** What a runner process is told first, as one line of JSON on its standard input. */
export interface RunnerInit {
  /** Unique among the runners of a deployment. */
  readonly name: string;
  readonly dataFolder: string;
  readonly instanceName: string;
  /** Secret of the instance, in hex: page cursors and upload tokens are made with it. */
  readonly secret: string;
  /** Whether to tell what each transaction did. */
  readonly explain: boolean;
  /** Largest body that an HTTP action answers with. */
  readonly maxResponseBytes: number;
  readonly timeLimits: TimeLimits;
  readonly node: Pick<NodeLimits, "timeMs" | "processes">;
  readonly files: FileStoreSettings;
  readonly committer: { readonly path: string; readonly token: string };
}

/** File descriptors that a runner process inherits, both of them connected to main. */
export const CHANNEL_FD = 3;
export const WATCHDOG_FD = 4;

/** What main and a runner's watchdog say to each other, one JSON text a line. */
export type ToWatchdog = { readonly takeBack: readonly number[] };
export type FromWatchdog =
  /** The thread has been in one slice for a while: what waits for it had better go elsewhere. */
  | { readonly type: "busy"; readonly job: number }
  | { readonly type: "free" }
  /** Those of the jobs that main asked back and that had not been started: they never will be. */
  | { readonly type: "taken"; readonly jobs: readonly number[] }
  /** It is about to end the process: the limit of the job's slice has failed to end it. */
  | { readonly type: "overrun"; readonly job: number; readonly limitMs: number }
  /** It is about to end the process, which has more memory than realms may make it have. */
  | { readonly type: "tooLarge" };
