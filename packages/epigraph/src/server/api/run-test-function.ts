import { isPlainObject } from "../../values/value.ts";
import { requireRight } from "../authorization.ts";
import type { Exchange } from "../exchange.ts";
import { parseFormat } from "../format.ts";
import {
  type JsonBody,
  optionalString,
  readJsonBody,
  requiredField,
  requiredString,
  wrongShape,
} from "../json-body.ts";
import type { ServerParts } from "../server-parts.ts";
import { outcomeJson, sendJson } from "./function-answer.ts";
import { callerOf, parseComponentPath, positionalArgs } from "./function-request.ts";

/** POST /api/run_test_function: a query that comes with the request. */
export async function postRunTestFunction(exchange: Exchange, parts: ServerParts): Promise<void> {
  const caller = await callerOf(exchange, parts);
  const { name } = requireRight(caller, "RunTestQuery");
  const body = await readJsonBody(exchange);
  const bundle = requiredField(body, "bundle");
  if (!isPlainObject(bundle)) throw wrongShape("bundle: expected an object");
  const format = parseFormat(optionalString(body, "format"), exchange.client);
  const outcome = await parts.testQueries.run(requiredString(bundle as JsonBody, "source"), {
    argsJson: positionalArgs(requiredField(body, "args")),
    componentPath: parseComponentPath(optionalString(body, "componentId")),
    caller,
    origin: "Tester",
    request: exchange.info(),
    at: null,
    once: null,
  });
  await parts.audit.record(name, "run_test_query", {});
  sendJson(exchange, outcomeJson(outcome, format, exchange.requestId, parts.redactErrors));
}
