import type { ScheduledFunctionDocument } from "../../src/database/scheduled/scheduled-job.ts";
import type { InThreadApp } from "./in-thread-app.ts";

/** The functions that look at jobs, for the apps of tests. */
export const JOB_FUNCTIONS = `
import { internalMutationGeneric, queryGeneric } from "convex/server";
export const get = queryGeneric((ctx, { id }) => ctx.db.system.get(id));
export const all = queryGeneric((ctx) => ctx.db.system.query("_scheduled_functions").collect());
export const notes = queryGeneric(async (ctx) => (await ctx.db.query("notes").collect()).map(({ text }) => text));
export const note = internalMutationGeneric(async (ctx, { text }) => void (await ctx.db.insert("notes", { text })));
`;

export type JobView = ScheduledFunctionDocument & { readonly _id: string };

export function job(app: InThreadApp, id: unknown): Promise<JobView | null> {
  return app.value("query", "jobs:get", { id: id as string }) as Promise<JobView | null>;
}

export function jobs(app: InThreadApp): Promise<JobView[]> {
  return app.value("query", "jobs:all") as Promise<JobView[]>;
}

export function notes(app: InThreadApp): Promise<string[]> {
  return app.value("query", "jobs:notes") as Promise<string[]>;
}

/** Looks again and again until it is so. */
export async function until<T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const seen = await look();
    if (isSo(seen)) return seen;
    if (performance.now() > deadline) throw new Error(`It did not come to that: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The job once it is over. */
export async function ended(app: InThreadApp, id: unknown): Promise<JobView> {
  const isOver = (seen: JobView | null): boolean =>
    seen !== null && !["pending", "inProgress"].includes(seen.state.kind);
  return (await until(() => job(app, id), isOver)) as JobView;
}
