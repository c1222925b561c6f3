/** A speed or size that a release must reach. */
export interface Bar {
  readonly text: string;
  readonly measured: string;
  readonly holds: boolean;
}
