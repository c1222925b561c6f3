import {
  type AnyDataModel,
  type DataModelFromSchemaDefinition,
  type DocumentByName,
  defineSchema,
  defineTable,
  type FieldTypeFromFieldPath,
  type GenericDatabaseReader,
  type GenericDatabaseWriter,
  type GenericDataModel,
  type GenericMutationCtx,
  type IndexNames,
  type NamedTableInfo,
  type PaginationResult,
  type SearchIndexNames,
  type SystemDataModel,
  type SystemTableNames,
  type TableNamesInDataModel,
  type VectorIndexNames,
  type WithOptionalSystemFields,
  type WithoutSystemFields,
} from "convex/server";
import { type GenericId, v } from "convex/values";
import { expectTypeOf } from "expect-type";

const schema = defineSchema({
  users: defineTable({
    name: v.string(),
    age: v.optional(v.number()),
    address: v.object({ city: v.string(), zip: v.optional(v.string()) }),
  }).index("by_name", ["name"]),
  messages: defineTable({
    author: v.id("users"),
    body: v.string(),
    likes: v.int64(),
    embedding: v.optional(v.array(v.float64())),
    meta: v.optional(v.object({ lang: v.string(), score: v.number() })),
  })
    .index("by_author_likes", ["author", "likes"])
    .index("by_lang", { fields: ["meta.lang"] })
    .index("by_age_order", ["_creationTime"])
    .index("later", { fields: ["body"], staged: true })
    .searchIndex("search_body", { searchField: "body", filterFields: ["author", "meta.lang"] })
    .searchIndex("search_later", { searchField: "body", staged: true })
    .vectorIndex("by_embedding", { vectorField: "embedding", dimensions: 3, filterFields: ["author"] })
    .vectorIndex("embedding_later", { vectorField: "embedding", dimensions: 3, staged: true }),
  events: defineTable(
    v.union(
      v.object({ kind: v.literal("login"), user: v.id("users") }),
      v.object({ kind: v.literal("error"), message: v.string() }),
    ),
  ).index("by_kind", ["kind"]),
  anything: defineTable(v.any()),
});

type Model = DataModelFromSchemaDefinition<typeof schema>;
type Doc<Table extends TableNamesInDataModel<Model>> = DocumentByName<Model, Table>;
type Id<Table extends string> = GenericId<Table>;

declare const reader: GenericDatabaseReader<Model>;
declare const writer: GenericDatabaseWriter<Model>;
declare const userId: Id<"users">;
declare const messageId: Id<"messages">;
declare const eventId: Id<"events">;

/** Data model */
expectTypeOf<Model>().toExtend<GenericDataModel>();
expectTypeOf<TableNamesInDataModel<Model>>().toEqualTypeOf<"users" | "messages" | "events" | "anything">();
expectTypeOf<Doc<"users">>().toEqualTypeOf<{
  _id: Id<"users">;
  _creationTime: number;
  name: string;
  age?: number;
  address: { city: string; zip?: string };
}>();
expectTypeOf<Doc<"messages">["likes"]>().toEqualTypeOf<bigint>();
expectTypeOf<Doc<"events">>().toEqualTypeOf<
  | { _id: Id<"events">; _creationTime: number; kind: "login"; user: Id<"users"> }
  | { _id: Id<"events">; _creationTime: number; kind: "error"; message: string }
>();
expectTypeOf<Doc<"anything">["whatever"]>().toBeAny();
expectTypeOf<Doc<"anything">["_id"]>().toEqualTypeOf<Id<"anything">>();
expectTypeOf<IndexNames<Model["messages"]>>().toEqualTypeOf<
  "by_author_likes" | "by_lang" | "by_age_order" | "by_id" | "by_creation_time"
>();
expectTypeOf<Model["messages"]["indexes"]["by_author_likes"]>().toEqualTypeOf<
  ["author", "likes", "_creationTime"]
>();
expectTypeOf<SearchIndexNames<Model["messages"]>>().toEqualTypeOf<"search_body">();
expectTypeOf<VectorIndexNames<Model["messages"]>>().toEqualTypeOf<"by_embedding">();
expectTypeOf<Model["messages"]["vectorIndexes"]["by_embedding"]>().toEqualTypeOf<{
  vectorField: "embedding";
  dimensions: number;
  filterFields: "author";
}>();
expectTypeOf<Model["messages"]["fieldPaths"]>().toEqualTypeOf<
  "_id" | "_creationTime" | "author" | "body" | "likes" | "embedding" | "meta" | "meta.lang" | "meta.score"
>();
expectTypeOf<Model["events"]["fieldPaths"]>().toEqualTypeOf<
  "_id" | "_creationTime" | "kind" | "user" | "message"
>();
expectTypeOf<FieldTypeFromFieldPath<Doc<"messages">, "meta.lang">>().toEqualTypeOf<string | undefined>();
expectTypeOf<FieldTypeFromFieldPath<Doc<"events">, "message">>().toEqualTypeOf<string | undefined>();
expectTypeOf<FieldTypeFromFieldPath<Doc<"users">, "address.city">>().toEqualTypeOf<string>();
expectTypeOf<WithoutSystemFields<Doc<"users">>>().toEqualTypeOf<{
  name: string;
  age?: number;
  address: { city: string; zip?: string };
}>();
expectTypeOf<WithOptionalSystemFields<{ _id: Id<"t">; _creationTime: number; a: string }>>().toEqualTypeOf<{
  a: string;
  _id?: Id<"t">;
  _creationTime?: number;
}>();
expectTypeOf<SystemTableNames>().toEqualTypeOf<"_scheduled_functions" | "_storage">();
expectTypeOf<DocumentByName<SystemDataModel, "_storage">>().toEqualTypeOf<{
  _id: Id<"_storage">;
  _creationTime: number;
  sha256: string;
  size: number;
  contentType?: string;
}>();
expectTypeOf<DocumentByName<SystemDataModel, "_scheduled_functions">["state"]>().toEqualTypeOf<
  | { kind: "pending" }
  | { kind: "inProgress" }
  | { kind: "success" }
  | { kind: "failed"; error: string }
  | { kind: "canceled" }
>();

/** A schema that isn't strict knows its tables and lets others through. */
const loose = defineSchema({ users: defineTable({ name: v.string() }) }, { strictTableNameTypes: false });
type LooseModel = DataModelFromSchemaDefinition<typeof loose>;
expectTypeOf<DocumentByName<LooseModel, "other">>().toBeAny();
expectTypeOf<DocumentByName<AnyDataModel, "whatever">>().toBeAny();

/** Schema definitions refuse what cannot be indexed. */
// @ts-expect-error there is no such field
defineTable({ a: v.string() }).index("by_b", ["b"]);
// @ts-expect-error an index has at least one field
defineTable({ a: v.string() }).index("by_nothing", []);
// @ts-expect-error there is no such field
defineTable({ a: v.string() }).searchIndex("search", { searchField: "b" });
// @ts-expect-error there is no such field to filter by
defineTable({ a: v.string() }).searchIndex("search", { searchField: "a", filterFields: ["b"] });
// @ts-expect-error dimensions are missing
defineTable({ a: v.array(v.number()) }).vectorIndex("vector", { vectorField: "a" });
// @ts-expect-error a table holds objects
defineTable(v.string());
expectTypeOf(schema.id("users").type).toEqualTypeOf<Id<"users">>();
expectTypeOf(schema.doc("users").type).toEqualTypeOf<Doc<"users">>();
expectTypeOf(schema.doc("events").type).toEqualTypeOf<Doc<"events">>();
// @ts-expect-error there is no such table
schema.id("nope");
expectTypeOf(defineTable({ a: v.string() }).staged({ a: undefined })).toEqualTypeOf(
  defineTable({ a: v.string() }),
);

/** Reading */
expectTypeOf(reader.get(userId)).toEqualTypeOf<Promise<Doc<"users"> | null>>();
expectTypeOf(reader.get("users", userId)).toEqualTypeOf<Promise<Doc<"users"> | null>>();
// @ts-expect-error the id is of another table
reader.get("messages", userId);
// @ts-expect-error a string is no id
reader.get("a string");
expectTypeOf(reader.normalizeId("users", "x")).toEqualTypeOf<Id<"users"> | null>();
// @ts-expect-error there is no such table
reader.query("nope");
expectTypeOf(reader.query("users").collect()).toEqualTypeOf<Promise<Doc<"users">[]>>();
expectTypeOf(reader.query("users").take(1)).toEqualTypeOf<Promise<Doc<"users">[]>>();
expectTypeOf(reader.query("users").first()).toEqualTypeOf<Promise<Doc<"users"> | null>>();
expectTypeOf(reader.query("users").order("desc").unique()).toEqualTypeOf<Promise<Doc<"users"> | null>>();
expectTypeOf(reader.query("users").paginate({ numItems: 1, cursor: null })).toEqualTypeOf<
  Promise<PaginationResult<Doc<"users">>>
>();
// @ts-expect-error order comes once
reader.query("users").order("desc").order("asc");
// @ts-expect-error no such order
reader.query("users").order("random");
// @ts-expect-error a query of a table is not an array
reader.query("users").map;
expectTypeOf(reader.system.query("_storage").first()).toEqualTypeOf<
  Promise<DocumentByName<SystemDataModel, "_storage"> | null>
>();
// @ts-expect-error user tables are not among system tables
reader.system.query("users");
// @ts-expect-error a reader does not write
reader.insert;
async function iterates(): Promise<void> {
  for await (const user of reader.query("users")) expectTypeOf(user).toEqualTypeOf<Doc<"users">>();
}
void iterates;

/** Index ranges take the fields of the index in order, then one range. */
const byAuthor = reader.query("messages");
byAuthor.withIndex("by_author_likes");
byAuthor.withIndex("by_author_likes", (q) => q.eq("author", userId));
byAuthor.withIndex("by_author_likes", (q) => q.eq("author", userId).gt("likes", 1n).lte("likes", 5n));
byAuthor.withIndex("by_author_likes", (q) => q.eq("author", userId).eq("likes", 1n).gte("_creationTime", 5));
byAuthor.withIndex("by_lang", (q) => q.eq("meta.lang", undefined));
byAuthor.withIndex("by_creation_time", (q) => q.gt("_creationTime", 5));
byAuthor.withIndex("by_id", (q) => q.eq("_id", messageId));
// @ts-expect-error the first field comes first
byAuthor.withIndex("by_author_likes", (q) => q.eq("likes", 1n));
// @ts-expect-error the value must be of the field's type
byAuthor.withIndex("by_author_likes", (q) => q.eq("author", 1));
// @ts-expect-error the id must be of the field's table
byAuthor.withIndex("by_author_likes", (q) => q.eq("author", messageId));
// @ts-expect-error nothing follows an upper bound
byAuthor.withIndex("by_author_likes", (q) => q.eq("author", userId).lt("likes", 1n).gt("likes", 0n));
// @ts-expect-error no equality after a bound
byAuthor.withIndex("by_author_likes", (q) => q.gt("author", userId).eq("likes", 0n));
// @ts-expect-error bounds of two fields
byAuthor.withIndex("by_author_likes", (q) => q.gt("author", userId).lt("likes", 0n));
// @ts-expect-error a staged index cannot be queried
byAuthor.withIndex("later");
// @ts-expect-error there is no such index
byAuthor.withIndex("by_nothing");
// @ts-expect-error the source of a query is chosen once
byAuthor.withIndex("by_lang").withIndex("by_lang");

/** Filters */
byAuthor.filter((q) => q.eq(q.field("body"), "x"));
byAuthor.filter((q) => q.and(q.gt(q.field("likes"), 1n), q.not(q.eq(q.field("meta.lang"), "de"))));
byAuthor.filter(() => true);
expectTypeOf(
  byAuthor
    .order("asc")
    .filter(() => true)
    .first(),
).toEqualTypeOf<Promise<Doc<"messages"> | null>>();
// @ts-expect-error there is no such field
byAuthor.filter((q) => q.eq(q.field("nope"), "x"));
// @ts-expect-error text is not a number
byAuthor.filter((q) => q.gt(q.field("likes"), "x"));
// @ts-expect-error arithmetic is for numbers
byAuthor.filter((q) => q.eq(q.add(q.field("body"), "x"), "y"));

/** Text search */
byAuthor.withSearchIndex("search_body", (q) => q.search("body", "x"));
byAuthor.withSearchIndex("search_body", (q) => q.search("body", "x").eq("author", userId));
byAuthor.withSearchIndex("search_body", (q) => q.search("body", "x").eq("meta.lang", undefined));
// @ts-expect-error the field that is searched comes first
byAuthor.withSearchIndex("search_body", (q) => q.eq("author", userId));
// @ts-expect-error another field is indexed
byAuthor.withSearchIndex("search_body", (q) => q.search("author", "x"));
// @ts-expect-error this field cannot be filtered by
byAuthor.withSearchIndex("search_body", (q) => q.search("body", "x").eq("likes", 1n));
// @ts-expect-error a search has an order of its own
byAuthor.withSearchIndex("search_body", (q) => q.search("body", "x")).order("asc");
// @ts-expect-error a staged index cannot be queried
byAuthor.withSearchIndex("search_later", (q) => q.search("body", "x"));

/** Writing */
const address = { city: "Bern" };
expectTypeOf(writer.insert("users", { name: "x", address })).toEqualTypeOf<Promise<Id<"users">>>();
expectTypeOf(writer.patch(userId, { name: "y", age: undefined })).toEqualTypeOf<Promise<void>>();
expectTypeOf(writer.patch("users", userId, { age: 5 })).toEqualTypeOf<Promise<void>>();
expectTypeOf(writer.replace(userId, { name: "y", address })).toEqualTypeOf<Promise<void>>();
expectTypeOf(writer.replace("users", userId, { _id: userId, name: "y", address })).toEqualTypeOf<
  Promise<void>
>();
expectTypeOf(writer.delete(userId)).toEqualTypeOf<Promise<void>>();
expectTypeOf(writer.delete("users", userId)).toEqualTypeOf<Promise<void>>();
expectTypeOf(writer.get(userId)).toEqualTypeOf<Promise<Doc<"users"> | null>>();
writer.insert("events", { kind: "error", message: "x" });
expectTypeOf(writer.vars.commitTs).toEqualTypeOf<GenericMutationCtx<Model>["db"]["vars"]["commitTs"]>();
// @ts-expect-error a field is missing
writer.insert("users", { name: "x" });
// @ts-expect-error a field too many
writer.insert("users", { name: "x", address, extra: 1 });
// @ts-expect-error a field that the member of the union requires is missing
writer.insert("events", { kind: "login", message: "x" });
// @ts-expect-error required fields cannot be removed
writer.patch(userId, { name: undefined });
// @ts-expect-error there is no such field
writer.patch(userId, { nope: 1 });
// @ts-expect-error a replacement is complete
writer.replace(userId, { name: "x" });
// @ts-expect-error the id is of another table
writer.delete("users", eventId);
// @ts-expect-error system tables are read-only
writer.insert("_storage", {});

expectTypeOf<NamedTableInfo<Model, "users">["document"]>().toEqualTypeOf<Doc<"users">>();
