import { requireAdmin } from "../authorization.ts";
import type { Exchange } from "../exchange.ts";
import { optionalString, readJsonBody } from "../json-body.ts";
import type { ServerParts } from "../server-parts.ts";
import { answerCall } from "./function-answer.ts";
import { callerOf, parseComponentPath, parseFunctionRequest, prepareCall } from "./function-request.ts";

/** POST /api/function: any function of any component, for admins. */
export async function postFunction(exchange: Exchange, parts: ServerParts): Promise<void> {
  const caller = await callerOf(exchange, parts);
  requireAdmin(caller);
  const body = await readJsonBody(exchange);
  const request = parseFunctionRequest(body);
  const componentPath = parseComponentPath(optionalString(body, "componentPath"));
  await answerCall(
    exchange,
    parts,
    prepareCall(exchange, request, { kind: "any", caller, at: null, componentPath }),
  );
}
