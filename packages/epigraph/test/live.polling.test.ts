import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DeployedApp } from "./support/deployed-app.ts";
import { fixture } from "./support/start-app.ts";

let app: DeployedApp;
before(async () => {
  app = await DeployedApp.start({ copyOf: fixture("live") });
});
after(() => app[Symbol.asyncDispose]());

function get(
  path: string,
  args: object,
  headers: Readonly<Record<string, string>>,
  method = "GET",
): Promise<Response> {
  return fetch(`${app.api}/api/live?path=${path}&args=${encodeURIComponent(JSON.stringify(args))}`, {
    method,
    headers,
  });
}

const JSON_ONLY = { accept: "application/json" };

describe("a query's result without a stream", () => {
  it("is one answer with an ETag, which 304 stands for as long as it holds", async () => {
    const args = { channel: "etag" };
    const first = await get("messages:list", args, { ...JSON_ONLY, origin: "https://page.example" });
    const etag = first.headers.get("etag") as string;
    assert.match(etag, /^"[\w-]{24}"$/);
    assert.deepEqual(await first.json(), { status: "success", value: [] });
    for (const [name, value] of [
      ["content-type", "application/json"],
      ["cache-control", "private, no-cache"],
      ["access-control-allow-origin", "https://page.example"],
      ["access-control-expose-headers", "etag"],
    ] as const) {
      assert.equal(first.headers.get(name), value);
    }
    assert.match(first.headers.get("vary") ?? "", /\baccept, authorization\b/);
    for (const given of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const same = await get("messages:list", args, { "if-none-match": given });
      assert.deepEqual([same.status, await same.text(), same.headers.get("etag")], [304, "", etag]);
    }
    await app.run("mutation", "messages:send", { channel: "etag", body: "a" });
    const next = await get("messages:list", args, { "if-none-match": etag });
    assert.deepEqual([next.status, await next.json()], [200, { status: "success", value: ["a"] }]);
    assert.notEqual(next.headers.get("etag"), etag);
  });

  it("is that of the same function and arguments alone", async () => {
    const etags = await Promise.all(
      [
        ["messages:list", { channel: "one" }, ""],
        ["messages:padded", { channel: "one", length: 1 }, ""],
        ["messages:padded", { channel: "one", length: 2 }, ""],
      ].map(async ([path, args]) =>
        (await get(path as string, args as object, JSON_ONLY)).headers.get("etag"),
      ),
    );
    assert.equal(new Set(etags).size, 3);
  });

  it("comes from a run that others had, and is never older than what was acknowledged", async () => {
    const args = { channel: "polled", length: 3 };
    const runs = (): number =>
      app.events.filter(
        (event) => event.type === "end" && !event.isCached && event.identifier === "messages.js:padded",
      ).length;
    await get("messages:padded", args, JSON_ONLY);
    const before = runs();
    for (let i = 0; i < 10; i++) await (await get("messages:padded", args, JSON_ONLY)).text();
    assert.equal(runs(), before);
    for (let i = 1; i <= 20; i++) {
      const body = JSON.stringify({ channel: "polled", body: String(i) });
      await fetch(`${app.api}/http/messages`, { method: "POST", body });
      const answer = (await (await get("messages:padded", args, JSON_ONLY)).json()) as {
        value: { count: number };
      };
      assert.equal(answer.value.count, i);
    }
  });

  it("has no ETag where the function failed", async () => {
    const answer = await get("messages:switched", { channel: "x" }, { "if-none-match": "*" });
    assert.deepEqual(
      [answer.status, answer.headers.get("etag"), answer.headers.get("cache-control")],
      [200, null, "no-store"],
    );
    assert.equal(((await answer.json()) as { status: string }).status, "error");
  });

  it("has a head that can be asked for alone", async () => {
    const whole = await get("messages:list", { channel: "head" }, JSON_ONLY);
    const head = await get("messages:list", { channel: "head" }, {}, "HEAD");
    assert.deepEqual([head.status, await head.text()], [200, ""]);
    assert.equal(head.headers.get("etag"), whole.headers.get("etag"));
  });
});

describe("whether a request gets a stream", () => {
  for (const [accept, type] of [
    ["text/event-stream", "text/event-stream"],
    ["*/*", "text/event-stream"],
    ["text/html,*/*;q=0.8", "text/event-stream"],
    ["application/json, text/event-stream", "text/event-stream"],
    ["application/json, text/plain, */*", "application/json"],
    ["application/json", "application/json"],
    ["image/png", "application/json"],
  ] as const) {
    it(`is answered with ${type} for ${accept}`, async () => {
      const answer = await get("messages:list", { channel: "accept" }, { accept });
      assert.equal(answer.headers.get("content-type"), type);
      await answer.body?.cancel();
    });
  }
});
