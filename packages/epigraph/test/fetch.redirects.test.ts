import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { after, describe, it } from "node:test";
import { type Handler, HttpServer } from "./support/http-server.ts";
import { InThreadApp } from "./support/in-thread-app.ts";
import { fixture, readFolder } from "./support/start-app.ts";

const app = await InThreadApp.start(readFolder(fixture("fetch")));
after(() => app[Symbol.asyncDispose]());

/** `/redirect/307?to=…` goes there, `/loop/3` goes on three times, anything else says what it was sent. */
const answer: Handler = async (request, response) => {
  const { pathname, searchParams } = new URL(request.url as string, "http://x");
  const [, kind, number] = pathname.split("/");
  const body = await text(request);
  if (kind === "redirect") {
    const to = searchParams.get("to");
    response.writeHead(Number(number), to === null ? {} : { location: to }).end("moved");
  } else if (kind === "loop") {
    const next = Number(number) - 1;
    response.writeHead(302, { location: next === 0 ? "/end" : `/loop/${next}` }).end();
  } else {
    const { method, url, headers } = request;
    response.end(JSON.stringify({ method, url, headers, body }));
  }
};
const here = await HttpServer.start(answer);
after(() => here[Symbol.asyncDispose]());
const elsewhere = await HttpServer.start(answer);
after(() => elsewhere[Symbol.asyncDispose]());

interface Seen {
  readonly status: number;
  readonly redirected: boolean;
  readonly url: string;
  readonly headers: readonly [string, string][];
  readonly text: string;
}

interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function ask(path: string, init: object = {}): Promise<Seen> {
  return (await app.value("action", "calls:ask", { url: here.origin + path, init })) as Seen;
}

async function arrived(path: string, init: object = {}): Promise<Arrived> {
  return JSON.parse((await ask(path, init)).text) as Arrived;
}

const redirect = (status: number, to: string): string => `/redirect/${status}?to=${encodeURIComponent(to)}`;

describe("a redirect", () => {
  it("is followed, and the answer tells where from", async () => {
    const { status, redirected, url, text } = await ask(redirect(302, "/there?a=1#part"));
    assert.deepEqual([status, redirected, url], [200, true, `${here.origin}/there?a=1`]);
    assert.equal((JSON.parse(text) as Arrived).url, "/there?a=1");
  });

  for (const [status, method, becomes] of [
    [301, "POST", "GET"],
    [302, "POST", "GET"],
    [303, "POST", "GET"],
    [303, "PUT", "GET"],
    [301, "PUT", "PUT"],
    [302, "DELETE", "DELETE"],
    [307, "POST", "POST"],
    [308, "POST", "POST"],
  ] as const) {
    it(`${status} of a ${method} goes on as ${becomes}`, async () => {
      const init = { method, body: "mine", headers: { "x-mine": "1" } };
      const seen = await arrived(redirect(status, "/there"), init);
      const keepsBody = becomes !== "GET";
      assert.deepEqual(
        [seen.method, seen.body, seen.headers["content-type"], seen.headers["x-mine"]],
        [becomes, keepsBody ? "mine" : "", keepsBody ? "text/plain;charset=UTF-8" : undefined, "1"],
      );
    });
  }

  it("to another origin takes no credentials along", async () => {
    const headers = { authorization: "Bearer x", cookie: "a=1", "x-mine": "1" };
    const same = await arrived(redirect(302, "/there"), { headers });
    assert.deepEqual([same.headers.authorization, same.headers.cookie], ["Bearer x", "a=1"]);
    const other = await arrived(redirect(302, `${elsewhere.origin}/there`), { headers });
    assert.deepEqual(
      [other.headers.authorization, other.headers.cookie, other.headers["x-mine"], other.headers.host],
      [undefined, undefined, "1", new URL(elsewhere.origin).host],
    );
  });

  it("without a place is an answer like any other", async () => {
    const { status, text, redirected } = await ask("/redirect/302");
    assert.deepEqual([status, text, redirected], [302, "moved", false]);
  });

  it("is an answer like any other where app code follows itself", async () => {
    const { status, headers, text } = await ask(redirect(302, "/there"), { redirect: "manual" });
    const location = headers.find(([name]) => name === "location")?.[1];
    assert.deepEqual([status, location, text], [302, "/there", "moved"]);
  });

  it("is an error where app code wants none", async () =>
    assert.equal(
      await ask(redirect(302, "/there"), { redirect: "error" }),
      "Error: fetch attempted redirect",
    ));

  it("is followed 20 times", async () => {
    assert.equal((await ask("/loop/20")).url, `${here.origin}/end`);
    assert.equal(await ask("/loop/21"), "Error: fetch too many redirects");
  });

  it("can't be followed with a body that can't be sent again", async () => {
    const send = (status: number): Promise<unknown> =>
      app.value("action", "calls:send", { url: here.origin + redirect(status, "/there"), kind: "stream" });
    assert.equal(await send(307), "Error: fetch cannot redirect with streamed body");
    assert.equal(((await send(303)) as Arrived).method, "GET");
  });

  it("can be followed with a long body in memory", async () => {
    const url = here.origin + redirect(307, "/there");
    const seen = (await app.value("action", "calls:send", { url, kind: "longText" })) as Arrived;
    assert.equal(seen.body, "ü".repeat(200_000));
  });

  it("leads nowhere but to HTTP", async () => {
    assert.equal(
      await ask(redirect(302, "ftp://127.0.0.1/")),
      "Error: Unsupported URL scheme -- http and https are supported (scheme was ftp)",
    );
    assert.equal(
      await ask(redirect(302, "http://[")),
      "Error: fetch was redirected to what is no URL: http://[",
    );
  });
});
