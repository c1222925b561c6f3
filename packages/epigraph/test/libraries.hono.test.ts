import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { httpRequest } from "./support/http-request.ts";
import { fixture, startApp } from "./support/start-app.ts";

const app = await startApp({
  copyOf: fixture("library-hono"),
  packages: ["convex-helpers", "hono"],
});
after(() => app.stop());

const at = (path: string): string => app.site + path;

describe("a Hono app behind the bridge of convex-helpers", () => {
  it("has parameters in paths, validated JSON, and calls functions", async () => {
    const added = await fetch(at("/api/notes/ada%20l"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"text":"hello"}',
    });
    assert.deepEqual([added.status, await added.text()], [201, ""]);
    const notes = await fetch(at("/api/notes/ada%20l"));
    assert.deepEqual(await notes.json(), ["hello"]);
    assert.match(notes.headers.get("content-type") ?? "", /^application\/json/);
    const refused = await fetch(at("/api/notes/ada"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    assert.deepEqual([refused.status, await refused.text()], [400, "A note needs a text"]);
  });

  it("runs middleware around handlers, and Hono's own CORS with its preflight", async () => {
    const headers = {
      origin: "https://page.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization",
    };
    const preflight = await httpRequest(at("/api/notes/ada"), { method: "OPTIONS", headers });
    const shown = Object.fromEntries(preflight.headerLines);
    assert.equal(preflight.status, 204);
    assert.equal(shown["access-control-allow-origin"], "https://page.example");
    assert.equal(shown["access-control-allow-headers"], "Authorization");
    assert.equal(shown["access-control-max-age"], "600");
    assert.match(shown["access-control-allow-methods"] ?? "", /\bPOST\b/);
    const notes = await fetch(at("/api/notes/nobody"), { headers: { origin: headers.origin } });
    assert.equal(notes.headers.get("access-control-allow-origin"), "https://page.example");
    assert.equal(notes.headers.get("x-middleware"), "ran");
  });

  it("reads forms with files", async () => {
    const form = new FormData();
    form.set("name", "Ada");
    form.set("file", new File(["bytes"], "a.txt"));
    const answer = await fetch(at("/form"), { method: "POST", body: form });
    assert.deepEqual(await answer.json(), { name: "Ada", file: "bytes" });
    const encoded = await fetch(at("/form"), { method: "POST", body: new URLSearchParams({ name: "B c" }) });
    assert.deepEqual(await encoded.json(), { name: "B c", file: null });
  });

  it("reads repeated query parameters and sets several cookies", async () => {
    assert.deepEqual(await (await fetch(at("/query?a=1&a=2&b=%20"))).json(), { a: ["1", "2"], b: [" "] });
    const cookies = await fetch(at("/cookie"));
    assert.deepEqual(cookies.headers.getSetCookie(), ["a=1", "b=2"]);
  });

  it("answers what Hono answers for exceptions, redirects and paths that nobody handles", async () => {
    const forbidden = await fetch(at("/forbidden"));
    assert.deepEqual([forbidden.status, await forbidden.text()], [403, "not you"]);
    const boom = await fetch(at("/boom"));
    assert.deepEqual([boom.status, await boom.text()], [500, "Internal Server Error"]);
    const redirect = await fetch(at("/redirect"), { redirect: "manual" });
    assert.deepEqual([redirect.status, redirect.headers.get("location")], [302, "/query"]);
    const missing = await fetch(at("/nowhere"));
    assert.deepEqual([missing.status, await missing.text()], [404, "nothing at /nowhere"]);
  });

  it("serves HEAD by GET", async () => {
    const head = await httpRequest(at("/api/notes/nobody"), { method: "HEAD" });
    assert.deepEqual([head.status, head.text], [200, ""]);
  });

  it("streams text, events and copies of request bodies", async () => {
    const text = await fetch(at("/text"));
    const chunks: string[] = [];
    for await (const chunk of text.body?.pipeThrough(new TextDecoderStream()) ?? []) chunks.push(chunk);
    assert.deepEqual(chunks, ["one\n", "two\n", "three\n"]);
    const events = await fetch(at("/events"));
    assert.match(events.headers.get("content-type") ?? "", /^text\/event-stream/);
    assert.equal(
      await events.text(),
      [0, 1, 2].map((id) => `event: tick\ndata: number ${id}\nid: ${id}\n\n`).join(""),
    );
    const body = "x".repeat(300_000);
    const copy = await fetch(at("/copy"), { method: "POST", body });
    assert.equal((await copy.text()) === body, true);
  });

  it("has routes of the Convex router beside those of Hono", async () => {
    const plain = await fetch(at("/convex"));
    assert.deepEqual([await plain.text(), plain.headers.get("x-middleware")], ["a plain route", null]);
  });
});
