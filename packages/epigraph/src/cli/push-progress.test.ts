import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SchemaProgress } from "../database/schema/schema-progress.ts";
import { PushProgress } from "./push-progress.ts";
import { StatusLine } from "./status-line.ts";
import { MemoryIo } from "./testing/memory-io.ts";

/** A world whose clock goes only when it is told to. */
class TimedIo extends MemoryIo {
  nowMs = 5_000;

  override elapsedMs(): number {
    return this.nowMs;
  }
}

const checked = (documents: number, share: number): SchemaProgress => ({
  step: "checkingDocuments",
  table: "messages",
  documents,
  share,
});
const filled = (documents: number, share: number): SchemaProgress => ({
  step: "fillingIndex",
  table: "messages",
  index: "by_author",
  documents,
  share,
});

describe("the progress of a push", () => {
  const start = (io: TimedIo): { progress: PushProgress; status: StatusLine } => {
    const status = new StatusLine(io);
    return { progress: new PushProgress(io, status, io.nowMs), status };
  };

  it("is told once a second has gone, in one line that is drawn over and taken away", () => {
    const io = new TimedIo({ columns: 120 });
    const { progress, status } = start(io);
    io.nowMs += 999;
    progress.show(checked(256, 0.001));
    assert.equal(io.err, "");
    io.nowMs += 1;
    progress.show(checked(120_512, 0.419));
    io.nowMs += 99;
    progress.show(checked(121_000, 0.42));
    io.nowMs += 1;
    progress.show(filled(256, 0.01));
    status.hide();
    status.hide();
    assert.deepEqual(io.err.split("\r\x1b[2K"), [
      "",
      "Checking that documents of messages match the schema: 120,512 documents, about 41 %",
      "Filling index messages.by_author: 256 documents, about 1 %",
      "",
    ]);
  });

  it("stays below what is printed meanwhile, and within the terminal's width", () => {
    const io = new TimedIo({ columns: 20 });
    const { progress, status } = start(io);
    io.nowMs += 1_000;
    progress.show(filled(256, 0.01));
    status.print("a line\n");
    status.hide();
    status.print("another\n");
    const shown = "Filling index mess…";
    assert.ok(shown.length < 20);
    assert.deepEqual(io.err.split("\r\x1b[2K"), ["", shown, `a line\n${shown}`, "another\n"]);
  });

  it("is one line in all where nobody watches", () => {
    const io = new TimedIo();
    const { progress, status } = start(io);
    progress.show(checked(256, 0.01));
    io.nowMs += 1_000;
    progress.show(checked(512, 0.02));
    io.nowMs += 60_000;
    progress.show(filled(256, 0.01));
    status.hide();
    assert.equal(io.err, "Checking documents and filling indexes, which takes a while.\n");
  });
});
