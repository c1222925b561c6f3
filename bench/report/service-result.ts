/** Milliseconds at some shares of all measurements. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Live queries. */
export interface RealtimeResult {
  /** One query that so many clients have, one mutation after the other: until a client is shown it, until all are. */
  readonly fanOut: readonly {
    readonly subscribers: number;
    readonly each: Latency;
    readonly all: Latency;
  }[];
  /** From subscribing on an open connection to the first result, and from nothing at all. */
  readonly first: { readonly connected: Latency; readonly fromNothing: Latency };
  /** Bytes of the process tree; null where the system does not tell. */
  readonly idle: {
    readonly sockets: number;
    readonly bytesBefore: number | null;
    readonly bytes: number | null;
  };
  /** Commits at a steady rate that touch one in a hundred of all subscriptions each second. */
  readonly spread: {
    readonly clients: number;
    readonly queriesPerClient: number;
    readonly commitsPerSecond: number;
    /** Processors that the server took; null where the system does not tell. */
    readonly processors: number | null;
    readonly shown: Latency;
  };
  /** A commit that touches none of so many subscriptions. */
  readonly untouched: readonly { readonly subscriptions: number; readonly commit: Latency }[];
}

/** One large file through an upload URL. Memory is that of the process tree; null where the system does not tell. */
export interface UploadResult {
  readonly bytes: number;
  readonly seconds: number;
  readonly memoryBefore: number | null;
  readonly largestMemory: number | null;
}

/** Responses of HTTP actions that stay open, each of which sends an event every second. */
export interface StreamsResult {
  readonly streams: number;
  readonly memoryBefore: number | null;
  /** The most that was seen while all were open. */
  readonly memory: number | null;
  /** Processors that the server took meanwhile. */
  readonly processors: number | null;
}
