import { v } from "convex/values";
import { internal } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import { internalQuery, type MutationCtx, type QueryCtx } from "./_generated/server";
import type { ReadWay } from "./commands";

export async function appendTo({ db }: MutationCtx, object: string, id: string | null, value: number) {
  if (object.startsWith("rows/")) {
    const last = await db
      .query("rows")
      .withIndex("by_list", (q) => q.eq("list", object))
      .order("desc")
      .first();
    await db.insert("rows", { list: object, position: last === null ? 0 : last.position + 1, value });
    return;
  }
  const list = await findList(db, object, id);
  if (list === null) await db.insert("lists", { name: object, values: [value] });
  else await db.patch(list._id, { values: [...list.values, value] });
}

export async function readList(ctx: QueryCtx, object: string, id: string | null, how: ReadWay) {
  if (object.startsWith("rows/")) return (await readRows(ctx, object, how)).map(({ value }) => value);
  return (await findList(ctx.db, object, id))?.values ?? [];
}

function findList(db: QueryCtx["db"], object: string, id: string | null) {
  if (id !== null) return db.get(id as Id<"lists">);
  return db
    .query("lists")
    .withIndex("by_name", (q) => q.eq("name", object))
    .first();
}

async function readRows(ctx: QueryCtx, object: string, how: ReadWay) {
  const range = () => ctx.db.query("rows").withIndex("by_list", (q) => q.eq("list", object));
  switch (how) {
    case "index":
      return range().collect();
    case "backwards":
      return (await range().order("desc").collect()).reverse();
    case "filter": {
      const found = ctx.db.query("rows").filter((q) => q.eq(q.field("list"), object));
      return (await found.collect()).sort((a, b) => a.position - b.position);
    }
    case "pages": {
      const rows = [];
      let cursor: string | null = null;
      for (let isDone = false; !isDone; ) {
        const page: { page: typeof rows; isDone: boolean; continueCursor: string } = await ctx.runQuery(
          internal.lists.page,
          { object, cursor },
        );
        rows.push(...page.page);
        ({ continueCursor: cursor, isDone } = page);
      }
      return rows;
    }
  }
}

export const page = internalQuery({
  args: { object: v.string(), cursor: v.union(v.string(), v.null()) },
  handler: ({ db }, { object, cursor }) =>
    db
      .query("rows")
      .withIndex("by_list", (q) => q.eq("list", object))
      .paginate({ numItems: 7, cursor }),
});
