import type { CodegenInput, GeneratedFiles } from "./generated-files.ts";
import { HEADER } from "./header.ts";

interface Builder {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
}

const BUILDERS: readonly Builder[] = [
  {
    name: "query",
    type: 'QueryBuilder<DataModel, "public">',
    comment: "Defines a function that reads the database and that clients may call and subscribe to.",
  },
  {
    name: "internalQuery",
    type: 'QueryBuilder<DataModel, "internal">',
    comment: "Defines a query that only other functions may call.",
  },
  {
    name: "mutation",
    type: 'MutationBuilder<DataModel, "public">',
    comment: "Defines a function that changes the database, as one transaction, and that clients may call.",
  },
  {
    name: "internalMutation",
    type: 'MutationBuilder<DataModel, "internal">',
    comment: "Defines a mutation that only other functions may call.",
  },
  {
    name: "action",
    type: 'ActionBuilder<DataModel, "public">',
    comment: "Defines a function that talks to the outside world and that clients may call.",
  },
  {
    name: "internalAction",
    type: 'ActionBuilder<DataModel, "internal">',
    comment: "Defines an action that only other functions may call.",
  },
  {
    name: "httpAction",
    type: "HttpActionBuilder",
    comment: "Defines a function that answers an HTTP request; the router in `http.ts` says which.",
  },
];

const CONTEXTS = [
  ["QueryCtx", "GenericQueryCtx", "What queries get as their first argument."],
  ["MutationCtx", "GenericMutationCtx", "What mutations get as their first argument."],
  ["ActionCtx", "GenericActionCtx", "What actions get as their first argument."],
  ["DatabaseReader", "GenericDatabaseReader", "`ctx.db` of a query."],
  ["DatabaseWriter", "GenericDatabaseWriter", "`ctx.db` of a mutation."],
] as const;

/** The builders of functions, typed for the app's data. */
export function generateServer(input: CodegenInput, fileType: "js/dts" | "ts"): GeneratedFiles {
  if (fileType === "ts") return { "server.ts": generateTypeScript(input) };
  return { "server.d.ts": generateDeclarations(input), "server.js": generateScript() };
}

const GENERIC_NAMES = BUILDERS.map(({ name }) => `${name}Generic`).sort();

function importList(kind: "import" | "import type", names: readonly string[]): string {
  return `${kind} {\n${names.map((name) => `  ${name},\n`).join("")}} from "convex/server";\n`;
}

const CONTEXT_TYPES = CONTEXTS.map(
  ([name, generic, comment]) => `\n/** ${comment} */\nexport type ${name} = ${generic}<DataModel>;\n`,
).join("");

const BUILT_IN = `
interface BuiltIn {
  /** Where clients reach this deployment. */
  readonly CONVEX_CLOUD_URL: string;
  /** Where its HTTP actions are. */
  readonly CONVEX_SITE_URL: string;
}
`;

/** A definition that declares nothing has a type in which any name may be declared. */
const DECLARED = `
type Declared = string extends keyof (typeof app)["__env"] ? unknown : Readonly<EnvFromAppDefinition<typeof app>>;

type Env = BuiltIn & Declared;
`;

const NOTHING_DECLARED = `
type Env = BuiltIn;
`;

function typeImports({ hasDefinition }: CodegenInput): string {
  const names = ["ActionBuilder", ...CONTEXTS.map(([, generic]) => generic), "HttpActionBuilder"];
  names.push("MutationBuilder", "QueryBuilder", ...(hasDefinition ? ["EnvFromAppDefinition"] : []));
  const own = hasDefinition ? 'import type app from "../convex.config.js";\n' : "";
  return `${importList("import type", names.sort())}${own}`;
}

function types({ hasDefinition }: CodegenInput): string {
  return `${CONTEXT_TYPES}${BUILT_IN}${hasDefinition ? DECLARED : NOTHING_DECLARED}`;
}

const ENV_COMMENT = "\n/** The deployment's environment variables that are known by name. */\n";

function generateScript(): string {
  const builders = BUILDERS.map(
    ({ name, comment }) => `\n/** ${comment} */\nexport const ${name} = ${name}Generic;\n`,
  );
  return `${HEADER}
${importList("import", GENERIC_NAMES)}${builders.join("")}${ENV_COMMENT}export const env = process.env;
`;
}

function generateDeclarations(input: CodegenInput): string {
  const builders = BUILDERS.map(
    ({ name, type, comment }) => `\n/** ${comment} */\nexport declare const ${name}: ${type};\n`,
  );
  return `${HEADER}${input.reference}
${typeImports(input)}import type { DataModel } from "./dataModel.js";
${builders.join("")}${types(input)}${ENV_COMMENT}export declare const env: Env;
`;
}

function generateTypeScript(input: CodegenInput): string {
  const builders = BUILDERS.map(
    ({ name, type, comment }) => `\n/** ${comment} */\nexport const ${name}: ${type} = ${name}Generic;\n`,
  );
  // Through globalThis, so that apps without Node's types compile.
  const env = "(globalThis as unknown as { process: { env: Env } }).process.env";
  return `${HEADER}${input.reference}
${typeImports(input)}${importList("import", GENERIC_NAMES)}import type { DataModel } from "./dataModel.js";
${builders.join("")}${types(input)}${ENV_COMMENT}export const env: Env = ${env};
`;
}
