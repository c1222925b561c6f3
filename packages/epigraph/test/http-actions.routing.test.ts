import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { httpRequest } from "./support/http-request.ts";
import { fixture, startApp } from "./support/start-app.ts";

const NO_ROUTE = "No matching routes found";
const NOT_ENABLED = "This Convex deployment does not have HTTP actions enabled.";
const FUNCTIONS = { "convex/tasks.ts": "export const count = 1;\n" };

const app = await startApp({ copyOf: fixture("routing") });
after(() => app.stop());

async function answerOf(path: string, method = "GET"): Promise<[status: number, body: string]> {
  const response = await fetch(app.site + path, { method });
  return [response.status, await response.text()];
}

describe("an app without http.ts", () => {
  it("answers 404 with the text that HTTP actions are not enabled", async () => {
    await using bare = await startApp({ files: FUNCTIONS });
    const response = await fetch(`${bare.site}/`);
    assert.equal(response.status, 404);
    assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
    assert.equal(await response.text(), NOT_ENABLED);
  });
});

describe("exact routes", () => {
  it("answer their path", async () => assert.deepEqual(await answerOf("/a"), [200, "a"]));

  it("do not answer the path with a slash behind it", async () =>
    assert.deepEqual(await answerOf("/a/"), [404, NO_ROUTE]));

  it("do not answer another method: 404, not 405", async () =>
    assert.deepEqual(await answerOf("/a", "POST"), [404, NO_ROUTE]));

  it("tell capital letters from small ones", async () =>
    assert.deepEqual(await answerOf("/A"), [404, NO_ROUTE]));

  it("are compared percent-encoded", async () => {
    assert.deepEqual(await answerOf("/a%20b"), [200, "a b"]);
  });

  it("say that there is no match as plain text", async () => {
    const response = await fetch(`${app.site}/nowhere`);
    assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
  });

  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    it(`can be for ${method}`, async () =>
      assert.deepEqual(await answerOf("/method", method), [200, method]));
  }
});

describe("prefix routes", () => {
  it("answer the prefix and everything below it", async () => {
    assert.deepEqual(await answerOf("/p/"), [200, "/p/*"]);
    assert.deepEqual(await answerOf("/p/z/y"), [200, "/p/*"]);
  });

  it("do not answer the prefix without its slash", async () =>
    assert.deepEqual(await answerOf("/p"), [404, NO_ROUTE]));

  it("give way to an exact route", async () => assert.deepEqual(await answerOf("/p/x"), [200, "/p/x"]));

  it("are not hidden by an exact route of another method", async () =>
    assert.deepEqual(await answerOf("/p/y"), [200, "/p/*"]));

  it("give way to a longer prefix, in whichever order they were registered", async () => {
    assert.deepEqual(await answerOf("/p/q/r"), [200, "/p/q/*"]);
    assert.deepEqual(await answerOf("/r/s/t"), [200, "/r/s/*"]);
  });
});

describe("getRoutes", () => {
  it("lists exact routes by path and method, then prefixes", async () => {
    const [, body] = await answerOf("/order");
    assert.deepEqual(JSON.parse(body), ["/a GET", "/b GET", "/b POST", "/z/* GET"]);
  });
});

describe("the API origin", () => {
  it("serves HTTP actions below /http", async () => {
    const response = await fetch(`${app.api}/http/a`);
    assert.deepEqual([response.status, await response.text()], [200, "a"]);
  });

  it("does not serve them elsewhere", async () => {
    const response = await fetch(`${app.api}/a`);
    assert.deepEqual([response.status, await response.text()], [404, ""]);
  });

  it("serves the root route at /http/, and itself at /", async () => {
    assert.equal(await (await fetch(`${app.api}/http/`)).text(), "root");
    assert.match(await (await fetch(`${app.api}/`)).text(), /^This Convex deployment is running\./);
  });

  it("does not know /http without its slash", async () => {
    assert.equal((await fetch(`${app.api}/http`)).status, 404);
  });
});

describe("methods that no route can have", () => {
  for (const method of ["TRACE", "PROPFIND"]) {
    it(`are refused without running anything: ${method}`, async () => {
      const from = app.output().length;
      const answer = await httpRequest(`${app.site}/logs`, { method });
      assert.deepEqual([answer.status, answer.text], [405, ""]);
      assert.ok(answer.headerLines.some(([name]) => name === "allow"));
      await answerOf("/logs");
      await app.waitForOutput(/GET was handled/, { from });
      assert.doesNotMatch(app.output().slice(from), new RegExp(`${method} was handled`));
    });
  }
});

describe("routers that can't be pushed", () => {
  const router = (routes: string): string => `
    import { httpRouter } from "convex/server";
    import { httpAction } from "./_generated/server";
    const http = httpRouter();
    const handler = httpAction(async () => new Response("new"));
    ${routes}
    export default http;
  `;
  const refused: readonly (readonly [what: string, source: string, message: RegExp])[] = [
    [
      "a path without a slash in front",
      router('http.route({ path: "a", method: "GET", handler });'),
      /path 'a' does not start with a \//,
    ],
    [
      "a prefix without a slash behind",
      router('http.route({ pathPrefix: "/a", method: "GET", handler });'),
      /pathPrefix \/a must end with a \//,
    ],
    [
      "the same path and method twice",
      router(
        'http.route({ path: "/a", method: "GET", handler }); http.route({ path: "/a", method: "GET", handler });',
      ),
      /Path '\/a' for method GET already in use/,
    ],
    [
      "a reserved path",
      router('http.route({ path: "/.files/x", method: "GET", handler });'),
      /path '\/\.files\/x' is reserved/,
    ],
    [
      "a route for HEAD",
      router('http.route({ path: "/a", method: "HEAD" as "GET", handler });'),
      /'HEAD' is not an allowed HTTP method/,
    ],
    [
      "a default export that is a plain object",
      "export default { routes: [] };\n",
      /The default export of `convex\/http\.js` is not a Router\./,
    ],
    [
      "no default export",
      "export const http = 1;\n",
      /`convex\/http\.js` must have a default export of a Router\./,
    ],
    [
      "routes of a shape of their own",
      "export default { isRouter: true, getRoutes: () => [['/a', 1]], lookup: () => null };\n",
      /The `getRoutes\(\)` method of Router did not return the expected type\..*\(arr\[0\]\[1\] is not a string\)/,
    ],
    [
      "a method that no route can have",
      "export default { isRouter: true, getRoutes: () => [['/a', 'HEAD']], lookup: () => null };\n",
      /The `getRoutes\(\)` method.*is not not a routable method \(one of GET, POST, PUT, DELETE, PATCH, OPTIONS\)/,
    ],
    ["no getRoutes", "export default { isRouter: true };\n", /\.getRoutes property on Router not found/],
  ];

  for (const [what, source, message] of refused) {
    it(`are refused for ${what}; the old routes go on`, async () => {
      await app.save({ "convex/http.ts": source }, message);
      assert.deepEqual(await answerOf("/a"), [200, "a"]);
    });
  }
});

describe("a router of another make", () => {
  const source = `
    const routes = [["/own", "GET"]];
    const router = {
      isRouter: true,
      getRoutes: () => routes.map(([path, method]) => [path, method, null]),
      lookup: (path: string, method: string) => (path.startsWith("/own") ? [null, method, "/own/:rest"] : null),
      async runRequest(args: string, path: string) {
        const host = (globalThis as any).Convex;
        const request = host.jsSyscall("requestFromConvexJson", { convexJson: JSON.parse(args) });
        const response = path === "/own/nothing" ? undefined : Response.json([path, request.method, new URL(request.url).pathname]);
        return JSON.stringify(await host.jsSyscall("convexJsonFromResponse", { response }));
      },
    };
    export default router;
  `;

  it("finds and runs what it likes: only its four properties count", async () => {
    await app.save({ "convex/http.ts": source });
    assert.deepEqual(await answerOf("/own/x"), [200, '["/own/x","GET","/own/x"]']);
    assert.deepEqual(await answerOf("/a"), [404, NO_ROUTE]);
  });

  it("must come to a Response", async () => {
    const [status, text] = await answerOf("/own/nothing");
    assert.equal(status, 500);
    assert.match(text, /HTTP actions must return a Response/);
  });
});

describe("a router with no routes", () => {
  before(() =>
    app.save({
      "convex/http.ts": 'import { httpRouter } from "convex/server";\nexport default httpRouter();\n',
    }),
  );

  it("matches nothing", async () => assert.deepEqual(await answerOf("/x"), [404, NO_ROUTE]));
});

describe("the prefix /", () => {
  before(() =>
    app.save({
      "convex/http.ts": `
        import { httpRouter } from "convex/server";
        import { httpAction } from "./_generated/server";
        const http = httpRouter();
        http.route({ pathPrefix: "/", method: "GET", handler: httpAction(async () => new Response("all")) });
        export default http;
      `,
    }),
  );

  it("answers every path of its method", async () => {
    assert.deepEqual(await answerOf("/anything/at/all"), [200, "all"]);
    assert.deepEqual(await answerOf("/anything", "POST"), [404, NO_ROUTE]);
  });
});
