import type { KeyRange } from "../../database/commit-request.ts";
import type { PayloadReader } from "../../database/committer/frame-reader.ts";
import type { FrameWriter } from "../../database/committer/frame-writer.ts";
import { readReads, writeReads } from "../../database/committer/reads-codec.ts";
import type { ExecutionUsage } from "../runner/execution-usage.ts";
import type {
  CallEnd,
  CallMessage,
  CallReport,
  FromRunner,
  HttpMessage,
  ToRunner,
} from "../runner/messages.ts";
import type { QueryTrace } from "../runner/query-trace.ts";

/*
 * Messages as payloads of frames, whose sequence is the job. What is frequent or large has a form of its own, so that
 * texts are not escaped into other texts and bytes stay bytes; the rest is JSON.
 */

const JSON_FORM = 0;
const HTTP = 1;
const CALL = 2;
const BYTES = 3;
const HEAD = 4;
const RESULT = 5;
const TRACED = 6;
const HTTP_DONE = 7;
const RECORDED_HTTP = 8;
const RECORDED = 9;

const NO_BODY = 0;
const WHOLE_BODY = 1;
const STREAMED_BODY = 2;
const TEXT_BODY = 3;

type CallSuccess = Extract<CallEnd, { readonly type: "success" }>;

const BYTE_MESSAGES = ["bodyChunk", "chunk"] as const;

/** The frame's sequence for a message. */
export function jobOf(message: ToRunner | FromRunner): number {
  return "job" in message ? message.job : 0;
}

export function writeMessage(writer: FrameWriter, message: ToRunner | FromRunner): void {
  switch (message.type) {
    case "http": {
      const { headJson, routedPath, body, caller, request, isRecorded } = message;
      writer.byte(isRecorded ? RECORDED_HTTP : HTTP);
      writer.text(headJson);
      writer.text(routedPath);
      writer.text(JSON.stringify([caller, request]));
      writer.byte(body === null ? NO_BODY : body === "stream" ? STREAMED_BODY : WHOLE_BODY);
      if (body instanceof Uint8Array) writer.bytes(body);
      return;
    }
    case "call": {
      const { kind, path, argsJson, caller, request, at, once, trace } = message;
      writer.byte(CALL);
      writer.text(path);
      writer.text(argsJson);
      writer.text(JSON.stringify([kind, caller, request, at, once, trace]));
      return;
    }
    case "bodyChunk":
    case "chunk":
      writer.byte(BYTES);
      writer.byte(BYTE_MESSAGES.indexOf(message.type));
      writer.bytes(message.bytes);
      return;
    case "head": {
      const { headJson, body } = message;
      writer.byte(HEAD);
      writer.text(headJson);
      writer.byte(body === null ? NO_BODY : typeof body === "string" ? TEXT_BODY : WHOLE_BODY);
      if (typeof body === "string") writer.text(body);
      else if (body !== null) writer.bytes(body);
      return;
    }
    case "result": {
      const { end, report } = message;
      writer.byte(RESULT);
      writer.text(end.type === "success" ? end.json : "");
      writer.text(JSON.stringify(end.type === "success" ? [report, end.ts, end.hasRun] : [report, end]));
      return;
    }
    case "httpEnd": {
      // What it called is told only where spans are made of it.
      if (message.end.type !== "done" || message.report.usage.calls !== undefined) break;
      writer.byte(HTTP_DONE);
      writeMs(writer, message.report.durationMs);
      writeUsage(writer, message.report.usage);
      return;
    }
    case "recorded":
      writer.byte(RECORDED);
      writer.text(message.record.json);
      writer.text(message.record.texts);
      return;
    case "traced": {
      const { reads, readsIdentity, readsTime, journal } = message.trace;
      writer.byte(TRACED);
      writer.text(JSON.stringify([readsIdentity, readsTime, journal]));
      writeReads(writer, reads);
      return;
    }
  }
  writer.byte(JSON_FORM);
  writer.text(JSON.stringify(message));
}

/** @throws RangeError for what `writeMessage` does not write. */
export function readMessage(job: number, reader: PayloadReader): ToRunner | FromRunner {
  const form = reader.byte();
  switch (form) {
    case JSON_FORM:
      return JSON.parse(reader.text()) as ToRunner | FromRunner;
    case HTTP:
    case RECORDED_HTTP:
      return readHttp(job, reader, form === RECORDED_HTTP);
    case CALL: {
      const path = reader.text();
      const argsJson = reader.text();
      const [kind, caller, request, at, once, trace] = JSON.parse(reader.text()) as [
        CallMessage["kind"],
        CallMessage["caller"],
        CallMessage["request"],
        CallMessage["at"],
        CallMessage["once"],
        CallMessage["trace"],
      ];
      return { type: "call", job, kind, path, argsJson, caller, request, at, once, trace };
    }
    case BYTES: {
      const type = BYTE_MESSAGES[reader.byte()];
      if (type === undefined) throw new RangeError("bytes of no known kind");
      return { type, job, bytes: ownBytes(reader) };
    }
    case HEAD: {
      const headJson = reader.text();
      const kind = reader.byte();
      // Text stays UTF-8: it goes on to a socket.
      const body = kind === NO_BODY ? null : kind === TEXT_BODY ? reader.textBytes() : ownBytes(reader);
      return { type: "head", job, headJson, body };
    }
    case RESULT: {
      const json = reader.text();
      const [report, end, hasRun] = JSON.parse(reader.text()) as
        | [CallReport, Exclude<CallEnd, CallSuccess>, undefined]
        | [CallReport, CallSuccess["ts"], boolean];
      if (hasRun === undefined) return { type: "result", job, end, report };
      return { type: "result", job, end: { type: "success", json, ts: end, hasRun }, report };
    }
    case HTTP_DONE: {
      const report = { durationMs: readMs(reader), usage: readUsage(reader) };
      return { type: "httpEnd", job, end: { type: "done" }, report };
    }
    case RECORDED:
      return { type: "recorded", job, record: { json: reader.text(), texts: reader.text() } };
    case TRACED:
      return { type: "traced", job, trace: readTrace(reader) };
    default:
      throw new RangeError(`a message of no known form ${form}`);
  }
}

function writeUsage(writer: FrameWriter, usage: ExecutionUsage): void {
  writeMs(writer, usage.userMs);
  writer.integer(usage.documentsRead);
  writer.integer(usage.bytesRead);
  writer.integer(usage.documentsWritten);
  writer.integer(usage.bytesWritten);
  writer.integer(usage.retries);
}

function readUsage(reader: PayloadReader): ExecutionUsage {
  return {
    userMs: readMs(reader),
    documentsRead: reader.integer(),
    bytesRead: reader.integer(),
    documentsWritten: reader.integer(),
    bytesWritten: reader.integer(),
    retries: reader.integer(),
  };
}

/** Whole microseconds are exact enough for what logs tell. */
function writeMs(writer: FrameWriter, ms: number): void {
  writer.integer(Math.round(ms * 1000));
}

function readMs(reader: PayloadReader): number {
  return reader.integer() / 1000;
}

function readHttp(job: number, reader: PayloadReader, isRecorded: boolean): HttpMessage {
  const headJson = reader.text();
  const routedPath = reader.text();
  const [caller, request] = JSON.parse(reader.text()) as [HttpMessage["caller"], HttpMessage["request"]];
  const kind = reader.byte();
  const body = kind === NO_BODY ? null : kind === STREAMED_BODY ? "stream" : ownBytes(reader);
  return { type: "http", job, headJson, routedPath, body, caller, request, isRecorded };
}

function readTrace(reader: PayloadReader): QueryTrace {
  const [readsIdentity, readsTime, journal] = JSON.parse(reader.text()) as [
    QueryTrace["readsIdentity"],
    QueryTrace["readsTime"],
    QueryTrace["journal"],
  ];
  const reads = readReads(reader).map(({ index, ranges }) => ({ index, ranges: ranges.map(ownRange) }));
  return { reads, readsIdentity, readsTime, journal };
}

function ownRange({ start, end }: KeyRange): KeyRange {
  return { start: start.slice(), end: end === null ? null : end.slice() };
}

/** The payload is valid only for a moment. */
function ownBytes(reader: PayloadReader): Uint8Array {
  return reader.bytes().slice();
}
