import type { CodegenInput, GeneratedFiles } from "./generated-files.ts";
import { HEADER } from "./header.ts";

/** The types of the app's documents and ids. */
export function generateDataModel(input: CodegenInput, fileType: "js/dts" | "ts"): GeneratedFiles {
  const name = fileType === "ts" ? "dataModel.ts" : "dataModel.d.ts";
  return { [name]: input.hasSchema ? withSchema(input) : withoutSchema(input) };
}

function withSchema({ reference }: CodegenInput): string {
  return `${HEADER}${reference}
import type {
  DataModelFromSchemaDefinition,
  DocumentByName,
  SystemTableNames,
  TableNamesInDataModel,
} from "convex/server";
import type { GenericId } from "convex/values";
import type schema from "../schema.js";

/** The names of all tables. */
export type TableNames = TableNamesInDataModel<DataModel>;

/** A document of a table. */
export type Doc<TableName extends TableNames> = DocumentByName<DataModel, TableName>;

/** The id of a document in a table: a string when the app runs. */
export type Id<TableName extends TableNames | SystemTableNames> = GenericId<TableName>;

/** All tables with their documents and indexes, as \`schema.ts\` describes them. */
export type DataModel = DataModelFromSchemaDefinition<typeof schema>;
`;
}

function withoutSchema({ reference }: CodegenInput): string {
  return `${HEADER}${reference}
import type { AnyDataModel } from "convex/server";
import type { GenericId } from "convex/values";

/** Any name: there is no \`schema.ts\`. */
export type TableNames = string;

/** Any document: there is no \`schema.ts\`. */
export type Doc = any;

/** The id of a document in a table: a string when the app runs. */
export type Id<TableName extends TableNames = TableNames> = GenericId<TableName>;

/** Any tables: there is no \`schema.ts\`. */
export type DataModel = AnyDataModel;
`;
}
