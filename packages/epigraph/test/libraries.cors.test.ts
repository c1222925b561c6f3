import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { type HttpAnswer, httpRequest } from "./support/http-request.ts";
import { fixture, startApp } from "./support/start-app.ts";

/** What `convex-helpers` documents of its CORS router, asked of an app that has it unchanged. */
for (const sdk of ["official", "own"] as const) {
  describe(`the CORS router of convex-helpers with ${sdk === "official" ? "the official SDK" : "our own SDK"}`, async () => {
    const app = await startApp({ copyOf: fixture("library-cors"), sdk, packages: ["convex-helpers"] });
    after(() => app.stop());

    const ask = (method: string, path: string, origin?: string, body?: string): Promise<HttpAnswer> =>
      httpRequest(app.site + path, {
        method,
        headers: origin === undefined ? {} : { origin },
        ...(body === undefined ? {} : { body }),
      });

    it("answers a preflight with the methods of the path, the headers and the age", async () => {
      const answer = await ask("OPTIONS", "/facts", "https://a.example");
      assert.deepEqual([answer.status, answer.text], [204, ""]);
      assert.deepEqual(corsHeaders(answer), {
        "access-control-allow-origin": "https://a.example",
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "Content-Type, X-Made-Up",
        "access-control-expose-headers": "Content-Range, Accept-Ranges",
        "access-control-max-age": "60",
        vary: "Origin",
      });
    });

    it("answers the preflight of a prefix", async () => {
      const answer = await ask("OPTIONS", "/facts/7/text", "https://a.example");
      assert.equal(answer.status, 204);
      assert.equal(corsHeaders(answer)["access-control-allow-methods"], "PATCH");
      const patched = await ask("PATCH", "/facts/7/text", "https://a.example", "x");
      assert.deepEqual([patched.status, patched.text], [200, "/facts/7/text"]);
    });

    it("adds its headers to the answer of the handler, and keeps the handler's", async () => {
      const answer = await ask("GET", "/facts", "https://a.example");
      assert.deepEqual([answer.status, answer.text], [200, '[{"fact":"Cats purr."}]']);
      assert.deepEqual(corsHeaders(answer), {
        "access-control-allow-origin": "https://a.example",
        "access-control-expose-headers": "Content-Range, Accept-Ranges",
        vary: "Origin",
      });
      assert.deepEqual(valuesOf(answer, "x-facts"), ["1"]);
      assert.deepEqual(valuesOf(answer, "content-type"), ["application/json"]);
    });

    it("hands bodies and statuses on", async () => {
      const answer = await ask("POST", "/facts", "https://a.example", '{"fact":"Dogs bark."}');
      assert.deepEqual([answer.status, answer.text], [201, '{"fact":"Dogs bark."}']);
      assert.deepEqual(valuesOf(answer, "vary"), ["Origin"]);
    });

    it("leaves out the origin where nobody asks from one", async () => {
      const answer = await ask("GET", "/facts");
      assert.equal(answer.status, 200);
      assert.equal(corsHeaders(answer)["access-control-allow-origin"], undefined);
    });

    it("serves HEAD by the route of GET", async () => {
      const answer = await ask("HEAD", "/facts", "https://a.example");
      assert.deepEqual([answer.status, answer.text], [200, ""]);
      assert.equal(corsHeaders(answer)["access-control-allow-origin"], "https://a.example");
    });

    it("streams through the wrapped response", async () => {
      const response = await fetch(`${app.site}/stream`, { headers: { origin: "https://a.example" } });
      const chunks: string[] = [];
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) chunks.push(chunk);
      assert.deepEqual(chunks, ["3\n", "2\n", "1\n"]);
    });

    it("lets in with credentials only the origins of its list, which may have a wildcard", async () => {
      for (const origin of ["https://page.example", "https://a.pages.example"]) {
        const answer = await ask("GET", "/secret", origin);
        assert.deepEqual([answer.status, answer.text], [200, "psst"], origin);
        assert.equal(corsHeaders(answer)["access-control-allow-origin"], origin);
        assert.equal(corsHeaders(answer)["access-control-allow-credentials"], "true");
      }
      const refused = await ask("GET", "/secret", "https://evil.example");
      assert.deepEqual([refused.status, refused.text], [403, ""]);
      await app.waitForOutput(/Request from origin https:\/\/evil\.example blocked/);
    });

    it("leaves routes beside it alone", async () => {
      const answer = await ask("GET", "/plain", "https://a.example");
      assert.deepEqual([answer.status, answer.text, corsHeaders(answer)], [200, "plain", {}]);
      const preflight = await ask("OPTIONS", "/plain", "https://a.example");
      assert.deepEqual([preflight.status, preflight.text], [404, "No matching routes found"]);
    });
  });
}

function corsHeaders({ headerLines }: HttpAnswer): Record<string, string> {
  return Object.fromEntries(headerLines.filter(([name]) => /^(?:vary|access-control-)/.test(name)));
}

function valuesOf({ headerLines }: HttpAnswer, header: string): readonly string[] {
  return headerLines.filter(([name]) => name === header).map(([, value]) => value);
}
