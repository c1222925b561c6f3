import { encodeValueToString } from "../../values/encoded-json.ts";
import { dependOnSystemTable, type SystemQuery, textArgument } from "./system-query.ts";

const TABLE = "_environment_variables";

/** All variables that were set, by name. */
export const listVariables: SystemQuery = {
  right: "ViewEnvironmentVariables",
  run({ transaction, builtIn }) {
    dependOnSystemTable(transaction, TABLE);
    const variables = Array.from(transaction.catalogue.environment, ([name, value]) => ({
      name,
      value,
    })).filter(({ name }) => !Object.hasOwn(builtIn, name));
    return encodeValueToString(variables.sort((a, b) => (a.name < b.name ? -1 : 1)));
  },
};

/** One variable, those of the host too; null when it is not set. */
export const getVariable: SystemQuery = {
  right: "ViewEnvironmentVariables",
  run({ transaction, builtIn }, args) {
    const name = textArgument(args, "name");
    dependOnSystemTable(transaction, TABLE);
    const own = Object.hasOwn(builtIn, name) ? builtIn[name] : undefined;
    const value = own ?? transaction.catalogue.environment.get(name);
    return encodeValueToString(value === undefined ? null : { name, value });
  },
};
