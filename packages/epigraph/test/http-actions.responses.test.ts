import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { FunctionCaller } from "./support/functions-api.ts";
import { type HttpAnswer, httpRequest } from "./support/http-request.ts";
import { fixture, startApp } from "./support/start-app.ts";

const LIMIT_BYTES = 20 * 1024 * 1024;

const app = await startApp({ copyOf: fixture("responses") });
after(() => app.stop());

function get(path: string): Promise<HttpAnswer> {
  return httpRequest(app.site + path);
}

function header(answer: HttpAnswer, name: string): string | undefined {
  return answer.headerLines.find(([line]) => line === name)?.[1];
}

/** The body of the 500 that a failed action becomes. */
async function failureOf(path: string): Promise<{ code: string; trace: string; data?: unknown }> {
  const answer = await get(path);
  assert.deepEqual([answer.status, header(answer, "content-type")], [500, "application/json"], answer.text);
  return JSON.parse(answer.text);
}

describe("a response", () => {
  it("of text has its type and length", async () => {
    const answer = await get("/text");
    assert.deepEqual(
      [answer.status, header(answer, "content-type"), header(answer, "content-length"), answer.text],
      [200, "text/plain;charset=UTF-8", "2", "hi"],
    );
  });

  it("of JSON has its status and type", async () => {
    const answer = await get("/json");
    assert.deepEqual(
      [answer.status, header(answer, "content-type"), answer.text],
      [201, "application/json", '{"a":1}'],
    );
  });

  it("of nothing is a 200 without bytes or type", async () => {
    const answer = await get("/empty");
    assert.deepEqual([answer.status, header(answer, "content-type"), answer.text], [200, undefined, ""]);
  });

  it("of bytes has a length and no type", async () => {
    const answer = await get("/bytes");
    assert.deepEqual([header(answer, "content-length"), header(answer, "content-type")], ["2", undefined]);
    assert.deepEqual([...answer.body], [0, 255]);
  });

  it("of a blob has the blob's type", async () =>
    assert.equal(header(await get("/blob"), "content-type"), "text/x-note"));

  it("sends headers of one name as lines of their own", async () => {
    const cookies = (await get("/cookies")).headerLines.filter(([name]) => name === "set-cookie");
    assert.deepEqual(cookies, [
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ]);
  });

  it("of status 204 has no body", async () => {
    const answer = await get("/no-content");
    assert.deepEqual([answer.status, answer.text], [204, ""]);
  });

  it("can have any status from 200 to 599", async () => {
    assert.equal((await get("/status?status=418")).status, 418);
    assert.equal((await get("/status?status=599")).status, 599);
  });

  for (const status of [199, 600]) {
    it(`can't have status ${status}: RangeError`, async () =>
      assert.match((await failureOf(`/status?status=${status}`)).code, /RangeError/));
  }

  it("can redirect", async () => {
    const answer = await get("/redirect");
    assert.deepEqual([answer.status, header(answer, "location")], [302, "https://e.com/"]);
  });
});

describe("HEAD", () => {
  it("is answered by the GET route, with its headers and no body", async () => {
    const answer = await httpRequest(`${app.site}/method`, { method: "HEAD" });
    assert.deepEqual(
      [answer.status, header(answer, "content-length"), header(answer, "x-method"), answer.text],
      [200, "5", "HEAD", ""],
    );
  });

  it("is a 404 where there is only a POST route", async () =>
    assert.equal((await httpRequest(`${app.site}/only-post`, { method: "HEAD" })).status, 404));
});

describe("streamed responses", () => {
  it("arrive chunk by chunk", async () => {
    const response = await fetch(`${app.site}/times`);
    const chunks = response.body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
    await chunks?.next();
    const firstArrivedMs = Date.now();
    let rest = "";
    for (let step = await chunks?.next(); step?.done === false; step = await chunks?.next())
      rest += step.value;
    const lastMadeMs = Number(rest.trim().split("\n").at(-1));
    assert.ok(firstArrivedMs < lastMadeMs, `arrived at ${firstArrivedMs}, last made at ${lastMadeMs}`);
  });

  it("are cut off at 20 MiB, and the log says so", async () => {
    const from = app.output().length;
    const answer = await get("/21-mebibytes");
    assert.equal(answer.status, 200);
    assert.equal(answer.body.length, LIMIT_BYTES);
    await app.waitForOutput(/HttpResponseTooLarge: HTTP actions support responses up to 20 MiB/, { from });
  });

  it("end early when the stream fails, and the log has the error", async () => {
    const from = app.output().length;
    const answer = await get("/two-chunks-then-error");
    assert.deepEqual([answer.status, answer.text], [200, "cc"]);
    await app.waitForOutput(/\[GET \/two-chunks-then-error\].*broke off/, { from });
  });

  it("become a 500 when the stream fails before anything was sent", async () =>
    assert.match((await failureOf("/fails-at-once")).code, /Uncaught Error: no stream$/));
});

describe("failures", () => {
  it("of the handler become a 500 that names the error and its place", async () => {
    const { code, trace } = await failureOf("/boom");
    assert.match(code, /^\[Request ID: [0-9a-f]{16}\] Server Error: Uncaught Error: boom$/);
    assert.match(trace, /^Uncaught Error: boom\n {4}at .*\.\.\/convex\/http\.ts:\d+:\d+/);
  });

  it("have no data unless a ConvexError was thrown", async () =>
    assert.ok(!("data" in (await failureOf("/boom")))));

  it("carry the data of a ConvexError, encoded", async () => {
    const { code, data } = await failureOf("/convex-error");
    assert.match(code, /Uncaught ConvexError: /);
    assert.deepEqual(data, { n: { $integer: "BQAAAAAAAAA=" } });
  });

  it("name a thrown value that is no error", async () =>
    assert.match((await failureOf("/throws-text")).code, /Server Error: Uncaught text$/));

  for (const what of ["undefined", "object", "string"]) {
    it(`say that a Response is wanted, not: ${what}`, async () =>
      assert.match((await failureOf(`/${what}`)).code, /HTTP actions must return a Response$/));
  }

  it("include rejections that nobody handles", async () =>
    assert.match((await failureOf("/unhandled")).code, /Uncaught Error: nobody listens$/));

  it("are not seen in a 500 that the handler returns itself", async () => {
    const from = app.output().length;
    const answer = await get("/own-500");
    assert.deepEqual([answer.status, header(answer, "x-mine"), answer.text], [500, "yes", "my own words"]);
    await get("/boom");
    await app.waitForOutput(/\[GET \/boom\].* failed/, { from });
    assert.doesNotMatch(app.output().slice(from), /own-500/);
  });
});

describe("a client that goes away", () => {
  const functions = new FunctionCaller(app);

  it("in the middle of a stream is noticed: the signal aborts, the log has a line", async () => {
    const from = app.output().length;
    const client = new AbortController();
    const response = await fetch(`${app.site}/ticks`, { signal: client.signal });
    await response.body?.getReader().read();
    client.abort();
    await app.waitForOutput(/Client disconnected/, { from });
    await app.waitForOutput(/'aborted' true/, { from });
    assert.equal(
      app
        .output()
        .slice(from)
        .match(/Client disconnected/g)?.length,
      1,
    );
  });

  it("before the head undoes nothing that was committed", async () => {
    const from = app.output().length;
    const client = new AbortController();
    const response = fetch(`${app.site}/write-then-wait`, { signal: client.signal });
    await app.waitForOutput(/'written'/, { from });
    client.abort();
    await assert.rejects(response, { name: "AbortError" });
    await app.waitForOutput(/Client disconnected/, { from });
    assert.deepEqual(await functions.query("notes:list"), ["kept"]);
  });
});
