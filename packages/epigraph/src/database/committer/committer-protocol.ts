/** Sequence of the first frame each way: token and name to the committer, nothing back. Requests have other ones. */
export const GREETING = 0;
/** Sequence of the frame by which a committer that closes asks its clients to send nothing more. */
export const GOODBYE: number = 2 ** 32 - 1;
export const MAX_REQUEST_SEQUENCE: number = GOODBYE - 1;
/** Far above what the limits of a transaction let it read and write. */
export const MAX_FRAME_BYTES: number = 256 * 1024 * 1024;
