/** The connection of one reader, as a stream sees it. */
export interface EventSink {
  /** Bytes that have been written and have not left. */
  readonly unsentBytes: number;
  /** Whether more may be written; where not, `LiveStream.drained` is to be called once it may again. */
  readonly hasRoom: boolean;
  write(text: string | Uint8Array): void;
  /** Ends it after what was written. */
  end(): void;
  /** Ends it now. */
  terminate(): void;
}
