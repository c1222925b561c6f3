import assert from "node:assert/strict";
import { it } from "node:test";
import { QueryResult } from "../../functions/queries/query-result.ts";
import { ResultTexts } from "../result-texts.ts";
import { failureResponse, mutationResponse, transition } from "./server-message.ts";

const TRACE = { reads: [], readsIdentity: false, readsTime: false, journal: "j" };
const RUN = { path: "a.js:b", ts: 1, madeAtMs: 0, requestId: "0123456789abcdef", identity: "" };
const ERROR = {
  message: "Uncaught ConvexError: x",
  frames: "    at f (a.ts:1:1)\n",
  data: '{"$integer":"AQAAAAAAAAA="}',
};

it("where errors are redacted a failure shows the request's id and its data, and no console lines", () => {
  const result = new QueryResult(
    { outcome: { status: "error", error: ERROR, logLines: ["[LOG] x"] }, trace: TRACE, lines: [] },
    RUN,
  );
  const texts = new ResultTexts(true);
  assert.deepEqual(JSON.parse(texts.modification(3, result, result.outcome!)), {
    type: "QueryFailed",
    queryId: 3,
    errorMessage: "[Request ID: 0123456789abcdef] Server Error",
    errorData: { $integer: "AQAAAAAAAAA=" },
    logLines: [],
    journal: "j",
  });
  const call = { requestId: 4, textId: "abcdefabcdefabcd" };
  assert.deepEqual(JSON.parse(failureResponse("Mutation", call, ERROR, ["[LOG] x"], true)), {
    type: "MutationResponse",
    requestId: 4,
    success: false,
    result: "[Request ID: abcdefabcdefabcd] Server Error",
    errorData: { $integer: "AQAAAAAAAAA=" },
    ts: null,
    logLines: [],
  });
  assert.deepEqual(
    (JSON.parse(mutationResponse(1, "null", 5, ["[LOG] x"], true)) as { logLines: unknown }).logLines,
    [],
  );
});

it("a Transition has whole numbers for its times, and timestamps of twelve characters", () => {
  const text = transition(
    { querySet: 0, identity: 0, ts: 0 },
    { querySet: 1, identity: 2, ts: 1_753_000_000_000_000 },
    [],
    { clientClockSkewMs: -3, serverMs: 1_795_346_270_580.125 },
  );
  assert.match(text, /"serverTs":1795346270580125000\}$/);
  assert.deepEqual((JSON.parse(text) as { startVersion: unknown }).startVersion, {
    querySet: 0,
    identity: 0,
    ts: "AAAAAAAAAAA=",
  });
});
