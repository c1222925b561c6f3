import assert from "node:assert/strict";
import { it } from "node:test";
import { LogLines } from "./log-lines.ts";
import type { FromRunner } from "./messages.ts";
import { MAX_RESPONSE_BYTES, ResponseChannel } from "./response-channel.ts";

const QUARTER = new Uint8Array(64 * 1024);

function open(maxBytes?: number): {
  readonly response: ResponseChannel;
  readonly sent: FromRunner["type"][];
  readonly logs: LogLines;
} {
  const sent: FromRunner["type"][] = [];
  const logs = new LogLines(Date.now);
  return { response: new ResponseChannel(1, ({ type }) => sent.push(type), logs, maxBytes), sent, logs };
}

it("chunks go out until the window is full; the next may come once some were taken", () => {
  const { response, sent } = open();
  let room = 0;
  response.head("{}", null);
  const answers = Array.from({ length: 4 }, () => response.chunk(QUARTER, () => room++));
  assert.deepEqual(answers, ["more", "more", "more", "wait"]);
  assert.deepEqual(sent, ["head", "chunk", "chunk", "chunk", "chunk"]);
  response.taken(1);
  response.taken(QUARTER.length);
  assert.equal(room, 1);
});

it("the chunk that would pass the limit is not sent, and the log says why", () => {
  const { response, sent, logs } = open();
  const answer = (): string => {
    const given = response.chunk(QUARTER, () => {});
    response.taken(QUARTER.length);
    return given;
  };
  for (let bytes = 0; bytes < MAX_RESPONSE_BYTES; bytes += QUARTER.length)
    assert.notEqual(answer(), "enough");
  assert.equal(answer(), "enough");
  assert.equal(sent.length, MAX_RESPONSE_BYTES / QUARTER.length);
  assert.deepEqual(
    logs.all.map(({ level, text }) => [level, text.slice(0, 40)]),
    [
      ["WARN", "Large response of an HTTP action (actual"],
      ["ERROR", "HttpResponseTooLarge: HTTP actions suppo"],
    ],
  );
});

it("a response is begun with its head", () => {
  const { response } = open();
  assert.equal(response.isBegun, false);
  response.head("{}", "text");
  assert.equal(response.isBegun, true);
});

it("a deployment may have another limit, which the log names", () => {
  const { response, sent, logs } = open(QUARTER.length * 3);
  for (let i = 0; i < 3; i++)
    assert.equal(
      response.chunk(QUARTER, () => {}),
      "more",
    );
  assert.equal(
    response.chunk(new Uint8Array(1), () => {}),
    "enough",
  );
  assert.equal(sent.length, 3);
  assert.equal(logs.all.at(-1)?.text, "HttpResponseTooLarge: HTTP actions support responses up to 192 KiB");
});
