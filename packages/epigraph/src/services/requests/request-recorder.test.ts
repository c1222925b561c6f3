import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Disconnect, type HttpActionCall, type HttpActionOutcome } from "../../functions/calls.ts";
import { RequestRecorder, type RequestRecorderOptions } from "./request-recorder.ts";

const OK: HttpActionOutcome = {
  type: "response",
  status: 200,
  headers: [["set-cookie", "a=b"]],
  body: "done",
};

function makeCall(change: Partial<HttpActionCall> = {}): HttpActionCall {
  return {
    method: "POST",
    url: "http://host/messages?x=1",
    path: "/messages",
    headers: [
      ["authorization", "Bearer very-secret"],
      ["x-api-key", "other-secret"],
      ["accept", "text/plain"],
    ],
    body: Buffer.from("hello"),
    caller: { type: "anonymous" },
    request: { requestId: "0123456789abcdef", ip: null, userAgent: null },
    disconnect: new Disconnect(),
    watcher: null,
    ...change,
  };
}

function makeRecorder(options: Partial<RequestRecorderOptions> = {}): RequestRecorder {
  let ms = 0;
  return new RequestRecorder({
    nowMs: () => 1_000,
    elapsedMs: () => ms++,
    newRequestId: () => "fedc",
    random: () => 0,
    ...options,
  });
}

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array, void> {
  for (const text of texts) yield Buffer.from(text);
}

async function readAll(body: HttpActionCall["body"]): Promise<string> {
  let text = "";
  for await (const chunk of body as AsyncIterable<Uint8Array>) text += Buffer.from(chunk).toString();
  return text;
}

describe("recorded requests", () => {
  it("have what went in and came out, with secrets masked", async () => {
    const recorder = makeRecorder();
    assert.deepEqual(await recorder.run(makeCall(), async () => OK), OK);
    const recorded = recorder.get(1);
    assert.doesNotMatch(JSON.stringify(recorded), /very-secret|other-secret|a=b/);
    assert.deepEqual(recorded.headers.at(-1), ["accept", "text/plain"]);
    assert.deepEqual(recorded.body, { text: "hello", isBase64: false, bytes: 5, isCut: false });
    assert.equal(recorded.responseBody.text, "done");
    assert.equal(recorded.status, 200);
    assert.deepEqual(
      recorder.list().map(({ id, end }) => ({ id, end })),
      [{ id: 1, end: "response" }],
    );
  });

  it("watch streams in both directions and change nothing of them", async () => {
    const recorder = makeRecorder({ maxBodyBytes: 4 });
    const outcome = await recorder.run(makeCall({ body: chunks("ab", "cdef") }), async ({ body }) => {
      assert.equal(await readAll(body), "abcdef");
      return { type: "response", status: 200, headers: [], body: chunks("x", "y") };
    });
    assert.equal(await readAll((outcome as { readonly body: HttpActionCall["body"] }).body), "xy");
    const { body, responseBody } = recorder.get(1);
    assert.deepEqual(body, { text: "abcd", isBase64: false, bytes: 6, isCut: true });
    assert.equal(responseBody.text, "xy");
  });

  it("have bytes that are no text in base64", async () => {
    const recorder = makeRecorder();
    await recorder.run(makeCall({ body: Uint8Array.of(0xff, 0) }), async () => OK);
    assert.deepEqual(recorder.get(1).body, { text: "/wA=", isBase64: true, bytes: 2, isCut: false });
  });

  it("are kept in a bounded number, the newest", async () => {
    const recorder = makeRecorder({ maxRequests: 2 });
    for (let i = 0; i < 3; i++) await recorder.run(makeCall(), async () => OK);
    assert.deepEqual(
      recorder.list().map(({ id }) => id),
      [3, 2],
    );
    assert.throws(() => recorder.get(1), { code: "RequestNotRecorded" });
  });

  it("tell of routes that do not exist, and of failures", async () => {
    const recorder = makeRecorder();
    await recorder.run(makeCall(), async () => ({ type: "noRoute" }));
    const failing = recorder.run(makeCall(), async () => Promise.reject(new Error("No runner")));
    await assert.rejects(failing, /No runner/);
    assert.deepEqual([recorder.get(1).end, recorder.get(1).status], ["noRoute", 404]);
    assert.deepEqual([recorder.get(2).end, recorder.get(2).error], ["fault", "No runner"]);
  });

  it("have their route and what the function called, and where in the request that was", async () => {
    const recorder = makeRecorder();
    const record = { calls: [], omitted: 3 };
    await recorder.run(makeCall(), async ({ watcher }) => {
      watcher?.called({ json: JSON.stringify(record), texts: "" });
      watcher?.ended("POST /messages", 0.25);
      return OK;
    });
    // The clock of the test goes on by one each time it is asked.
    assert.deepEqual(recorder.get(1).run, { ...record, waitedMs: 0.75 });
    assert.equal(recorder.get(1).route, "POST /messages");
    await recorder.run(makeCall(), async ({ watcher }) => {
      watcher?.ended("POST /messages", 0.25);
      return OK;
    });
    assert.deepEqual(recorder.get(2).run, { calls: [], omitted: 0, waitedMs: 0.75 });
    await recorder.run(makeCall(), async ({ watcher }) => {
      watcher?.ended(null, null);
      return OK;
    });
    assert.equal(recorder.get(3).run, null, "its runner was lost");
  });

  it("have their first console lines", async () => {
    const recorder = makeRecorder();
    await recorder.run(makeCall(), async ({ watcher }) => {
      for (const text of ["mine", "x".repeat(100_000), "too much"]) {
        watcher?.line({ level: "WARN", text, path: null, timeMs: 1_000 }, 2.5);
      }
      return OK;
    });
    const { lines } = recorder.get(1);
    assert.deepEqual(lines[0], { atMs: 2.5, level: "WARN", text: "mine", path: null });
    assert.equal(lines.length, 2);
    assert.ok((lines[1]?.text.length ?? 0) < 70_000);
  });

  it("are the share of all that was asked for, and every replay", async () => {
    const draws = [0.05, 0.1, 0.99, 0];
    const recorder = makeRecorder({ share: 0.1, random: () => draws.shift() as number });
    const watched: boolean[] = [];
    const run = async (call: HttpActionCall): Promise<HttpActionOutcome> => {
      watched.push(call.watcher !== null);
      return OK;
    };
    for (let i = 0; i < 4; i++) await recorder.run(makeCall(), run);
    await recorder.replay(1, {}, run);
    assert.deepEqual(watched, [true, false, false, true, true]);
    assert.equal(recorder.list().length, 3);
  });

  it("are sent again as they were, with their secrets, or changed", async () => {
    const recorder = makeRecorder();
    await recorder.run(makeCall(), async () => OK);
    const seen: HttpActionCall[] = [];
    const run = async (call: HttpActionCall): Promise<HttpActionOutcome> => {
      seen.push(call);
      return OK;
    };
    assert.equal(await recorder.replay(1, {}, run), 2);
    await recorder.replay(1, { method: "PUT", path: "/other?y=2", headers: [["a", "b"]], body: "bye" }, run);
    const [same, changed] = seen as [HttpActionCall, HttpActionCall];
    assert.deepEqual(same.headers[0], ["authorization", "Bearer very-secret"]);
    assert.equal(Buffer.from(same.body as Uint8Array).toString(), "hello");
    assert.equal(same.request.requestId, "fedc");
    assert.deepEqual([changed.method, changed.url, changed.path], ["PUT", "http://host/other?y=2", "/other"]);
    assert.deepEqual(changed.headers, [
      ["a", "b"],
      ["convex-request-id", "fedc"],
    ]);
    assert.equal(recorder.get(2).replayOf, 1);
  });

  it("are not sent again without their whole body", async () => {
    const recorder = makeRecorder({ maxBodyBytes: 3 });
    await recorder.run(makeCall(), async () => OK);
    await assert.rejects(
      recorder.replay(1, {}, async () => OK),
      { code: "RequestNotRecorded" },
    );
    assert.equal(recorder.list().length, 1);
  });
});
