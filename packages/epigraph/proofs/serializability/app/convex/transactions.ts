import { ConvexError, v } from "convex/values";
import { internal } from "./_generated/api";
import {
  internalMutation,
  internalQuery,
  type MutationCtx,
  mutation,
  type QueryCtx,
  query,
} from "./_generated/server";
import type { Command, Step } from "./commands";
import { appendTo, readList } from "./lists";

const runArgs = { commands: v.array(v.any()), fails: v.boolean() };
const lookArgs = { commands: v.array(v.any()) };

/** Does the commands in one transaction, and tells what it saw: by its result, or by the error that it is asked for. */
async function doAll(ctx: MutationCtx, { commands, fails }: { commands: Command[]; fails: boolean }) {
  const steps: Step[] = [];
  for (const command of commands) steps.push(...(await write(ctx, command)));
  if (fails) throw new ConvexError({ steps });
  return steps;
}

async function lookAll(ctx: QueryCtx, { commands }: { commands: Command[] }) {
  const steps: Step[] = [];
  for (const command of commands) steps.push(...(await read(ctx, command)));
  return steps;
}

export const run = mutation({ args: runArgs, handler: doAll });
export const nestedRun = internalMutation({ args: runArgs, handler: doAll });
export const look = query({ args: lookArgs, handler: lookAll });
export const nestedLook = internalQuery({ args: lookArgs, handler: lookAll });

/** Makes the lists that are found by id. */
export const setUp = mutation({
  args: { objects: v.array(v.string()) },
  handler: ({ db }, { objects }) =>
    Promise.all(objects.map((name) => db.insert("lists", { name, values: [] }))),
});

/** So that the next round scans no more than its own rows. */
export const clear = mutation(async ({ db }) => {
  for (const table of ["lists", "rows", "registers"] as const) {
    for (const { _id } of await db.query(table).collect()) await db.delete(_id);
  }
});

async function write(ctx: MutationCtx, command: Command): Promise<Step[]> {
  const { db } = ctx;
  switch (command.type) {
    case "append": {
      const { object, id, value } = command;
      await appendTo(ctx, object, id, value);
      return [{ type: "append", object, value }];
    }
    case "write": {
      const { object, value, anew } = command;
      const found = await findRegister(ctx, object);
      const isKept = found !== null && !anew;
      if (found !== null && anew) await db.delete(found._id);
      if (isKept) await db.patch(found._id, { value });
      else await db.insert("registers", { name: object, value });
      return [{ type: "write", object, value, replaced: found?.value ?? null }];
    }
    case "nested": {
      const { commands, fails } = command;
      try {
        const steps: Step[] = await ctx.runMutation(internal.transactions.nestedRun, { commands, fails });
        return [{ type: "nested", isRolledBack: false, steps }];
      } catch (error) {
        if (!(error instanceof ConvexError)) throw error;
        return [{ type: "nested", isRolledBack: true, steps: error.data.steps }];
      }
    }
    default:
      return read(ctx, command);
  }
}

async function read(ctx: QueryCtx, command: Command): Promise<Step[]> {
  switch (command.type) {
    case "readList": {
      const { object, id, how } = command;
      return [{ type: "readList", object, values: await readList(ctx, object, id, how) }];
    }
    case "readRegister": {
      const { object } = command;
      return [{ type: "readRegister", object, value: (await findRegister(ctx, object))?.value ?? null }];
    }
    case "nestedQuery":
      return ctx.runQuery(internal.transactions.nestedLook, { commands: command.commands });
    default:
      throw new Error(`${command.type} is not for queries`);
  }
}

function findRegister({ db }: QueryCtx, name: string) {
  return db
    .query("registers")
    .withIndex("by_name", (q) => q.eq("name", name))
    .first();
}
