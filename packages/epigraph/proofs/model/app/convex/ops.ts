/** What a program does, one after the other. Documents are `{ name, n }`; `id` is of one that was there before. */
export type Op =
  | { type: "insert"; name: string; n: number }
  | { type: "patch" | "replace"; id: string; n: number }
  | { type: "delete" | "get"; id: string }
  /** A nested query that lists names and numbers from a least number on; `stale` on the state before the mutation. */
  | { type: "list"; from: number; stale: boolean }
  /** A nested mutation; where it fails, the caller goes on. */
  | { type: "nested"; ops: Op[] }
  /** Programs raced by `Promise.all`. */
  | { type: "together"; branches: Op[][] }
  /** An error that ends the function. */
  | { type: "throw" };

/** What an op has seen: `failed` stands for an error that was caught. */
export type Seen = null | "failed" | "done" | number | [string, number][] | Seen[];
