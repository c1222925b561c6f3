import type { EntryPoint } from "../entry-points.ts";

/** What the generated code is made from. */
export interface CodegenInput {
  readonly entryPoints: readonly EntryPoint[];
  readonly hasSchema: boolean;
  /** Whether there is a `convex.config`, which may declare environment variables. */
  readonly hasDefinition: boolean;
  /** Reference to the declarations of `convex/server` and `convex/values` when no package brings them, else "". */
  readonly reference: string;
}

/** Generated files, by name: declarations and scripts, or TypeScript with both in one. */
export type GeneratedFiles = Readonly<Record<string, string>>;
