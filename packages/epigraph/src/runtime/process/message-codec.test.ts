import assert from "node:assert/strict";
import { it } from "node:test";
import { FrameReader } from "../../database/committer/frame-reader.ts";
import { FrameWriter } from "../../database/committer/frame-writer.ts";
import type { FromRunner, ToRunner } from "../runner/messages.ts";
import { jobOf, readMessage, writeMessage } from "./message-codec.ts";

const CALLER = { type: "user", identity: { tokenIdentifier: "a|b", name: "Zoë" }, token: "a.b.c" } as const;
const REQUEST = { requestId: "r", ip: "127.0.0.1", userAgent: null };
const REPORT = {
  kind: "mutation",
  lines: [{ level: "LOG", text: "'😀'", path: null, timeMs: 1_714_572_000_000 }],
  durationMs: 1.5,
  usage: {
    userMs: 0.25,
    documentsRead: 1,
    bytesRead: 70,
    documentsWritten: 2,
    bytesWritten: 140,
    retries: 0,
  },
} as const;
const ERROR = { message: "Uncaught Error: boom", frames: "    at x\n", data: null };
const HTTP = {
  type: "http",
  job: 9,
  headJson: '["http://x/","POST",[]]',
  routedPath: "/é",
  caller: CALLER,
  request: REQUEST,
  isRecorded: false,
} as const;

const CALLED = {
  path: "f.js:read",
  kind: "query",
  startMs: 1,
  durationMs: 2,
  error: null,
  use: null,
  calls: [],
} as const;

const MESSAGES: readonly (ToRunner | FromRunner)[] = [
  {
    type: "call",
    job: 1,
    kind: null,
    path: "a.js:b",
    argsJson: '[{"x":"é😀"}]',
    caller: CALLER,
    request: REQUEST,
    at: null,
    once: { type: "session", session: "5d3c", request: 7 },
    trace: { journal: "é" },
  },
  { ...HTTP, body: null },
  { ...HTTP, body: "stream", isRecorded: true },
  { type: "recorded", job: 4, record: { json: '{"calls":[]}', texts: '["é😀"]' } },
  { ...HTTP, body: new Uint8Array(0) },
  { ...HTTP, body: new Uint8Array([0, 255, 10]) },
  { type: "bodyChunk", job: 2 ** 32 - 1, bytes: new Uint8Array([1, 2]) },
  { type: "chunk", job: 3, bytes: new Uint8Array(0) },
  { type: "head", job: 4, headJson: "[200,[]]", body: null },
  { type: "head", job: 4, headJson: "[200,[]]", body: new Uint8Array([195]) },
  {
    type: "result",
    job: 5,
    end: { type: "success", json: '"\\u0000"', ts: 1_753_000_000_000_000, hasRun: true },
    report: REPORT,
  },
  { type: "result", job: 5, end: { type: "success", json: "1", ts: null, hasRun: false }, report: REPORT },
  { type: "result", job: 5, end: { type: "error", error: ERROR }, report: REPORT },
  { type: "result", job: 5, end: { type: "fault", code: null, message: "m" }, report: REPORT },
  {
    type: "traced",
    job: 5,
    trace: {
      reads: [
        { index: 1001, ranges: [{ start: new Uint8Array(0), end: null }] },
        { index: 1002, ranges: [{ start: new Uint8Array([1]), end: new Uint8Array([1, 0]) }] },
      ],
      readsIdentity: true,
      readsTime: false,
      journal: null,
    },
  },
  {
    type: "httpEnd",
    job: 6,
    end: { type: "done" },
    report: { durationMs: 12.345, usage: { ...REPORT.usage, userMs: 0.001, bytesRead: 2 ** 40, retries: 1 } },
  },
  {
    type: "httpEnd",
    job: 6,
    end: { type: "done" },
    report: { durationMs: 1, usage: { ...REPORT.usage, calls: [CALLED] } },
  },
  { type: "httpEnd", job: 6, end: { type: "noRoute" }, report: { durationMs: 0, usage: REPORT.usage } },
  { type: "disconnect", job: 6 },
  { type: "builtIn", variables: { A: "1" } },
  { type: "tellCalls", isOn: true },
  { type: "ready" },
];

it("every message arrives as it was sent, in order, however the stream is cut", () => {
  const bytes = written(MESSAGES);
  for (const size of [1, 7, bytes.length])
    assert.deepEqual(readBack(bytes, size), MESSAGES, `pieces of ${size}`);
});

it("the text of a response arrives as UTF-8, on its way to a socket", () => {
  const [head] = readBack(written([{ type: "head", job: 4, headJson: "[200,[]]", body: "é😀" }]), 64);
  assert(head?.type === "head" && head.body instanceof Uint8Array);
  assert.equal(Buffer.from(head.body).toString(), "é😀");
});

it("a form that nobody writes is refused", () => {
  const writer = new FrameWriter();
  writer.begin(1);
  writer.byte(99);
  writer.end();
  assert.throws(() => readBack(writer.take() as Buffer, 64), RangeError);
});

function written(messages: readonly (ToRunner | FromRunner)[]): Buffer {
  const writer = new FrameWriter();
  for (const message of messages) {
    writer.begin(jobOf(message));
    writeMessage(writer, message);
    writer.end();
  }
  // Frames stay in the writer's own memory until the next ones.
  return Buffer.from(writer.take() as Buffer);
}

function readBack(bytes: Buffer, size: number): (ToRunner | FromRunner)[] {
  const messages: (ToRunner | FromRunner)[] = [];
  const reader = new FrameReader(
    () => 1 << 20,
    (job, payload) => messages.push(readMessage(job, payload)),
  );
  for (let i = 0; i < bytes.length; i += size) reader.push(bytes.subarray(i, i + size));
  return messages;
}
