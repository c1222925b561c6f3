import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { verifyDatabase } from "../src/database/verify/verify-database.ts";
import { SqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { seededRandom } from "../src/values/testing/seeded-random.ts";
import { BareServer } from "./support/bare-server.ts";

const SEED = Number(process.env["SEED"] ?? 20261126);
const ROWS = 30_000;
const KILLS = 4;
const INTO = { tableName: "messages", format: "jsonLines" } as const;

const manyLines = (): string =>
  Array.from(
    { length: ROWS },
    (_, i) => `${JSON.stringify({ author: `a${i}`, text: "x".repeat(200) })}\n`,
  ).join("");

describe("an import during which the server ends", () => {
  let server: BareServer;

  beforeEach(async () => {
    server = await BareServer.start();
    assert.equal(await importNow('{"author":"safe"}\n'), 1);
  });
  afterEach(() => server[Symbol.asyncDispose]());

  /** @returns how many the server says that it has imported, null when there was no answer. */
  async function importNow(body: string): Promise<number | null> {
    const query = new URLSearchParams({ ...INTO, mode: "replace" });
    try {
      const response = await server.request(`/api/import?${query}`, body);
      return ((await response.json()) as { numWritten: number }).numWritten;
    } catch {
      return null;
    }
  }

  async function post(path: string, body: unknown): Promise<unknown> {
    const response = await server.request(path, body);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return text === "" ? null : JSON.parse(text);
  }

  async function query(path: string, args: object): Promise<unknown> {
    return ((await post("/api/query", { path, args, format: "json" })) as { value?: unknown }).value;
  }

  const authors = async (limit: number): Promise<readonly string[]> => {
    const { page } = (await query("_system/cli/tableData", {
      table: "messages",
      order: "asc",
      paginationOpts: { numItems: limit, cursor: null },
    })) as { page: readonly { author: string }[] };
    return page.map(({ author }) => author);
  };

  /** Of a server that does not run: that what is stored holds together. @returns documents of the app's tables. */
  async function verified(): Promise<number> {
    const inspection = new SqliteStore(server.dataFolder).inspect();
    try {
      const options = { kept: 10, onProgress: () => {}, signal: new AbortController().signal };
      const { problems } = await verifyDatabase(inspection, options);
      assert.deepEqual(problems.first, []);
      let documents = 0;
      for (const { tableId } of inspection.documents()) if (tableId >= 1000) documents++;
      return documents;
    } finally {
      inspection.close();
    }
  }

  it(`by a kill at any moment leaves what is sound, and nothing of it to be seen (seed ${SEED})`, async () => {
    const random = seededRandom(SEED);
    const body = manyLines();
    const startMs = performance.now();
    assert.equal(await importNow(body), ROWS);
    const wholeMs = performance.now() - startMs;
    assert.equal(await importNow('{"author":"safe"}\n'), 1);
    const left: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const importing = importNow(body);
      await sleep(wholeMs * (0.3 + 0.7 * random()));
      await server.stop("SIGKILL");
      const answered = await importing;
      left.push(await verified());
      await server.start();
      const found = await authors(2);
      // It may have been over by then, if only its answer was lost.
      if (answered === null && found.length === 1) assert.deepEqual(found, ["safe"]);
      else assert.equal(await importNow('{"author":"safe"}\n'), 1);
    }
    assert.ok(Math.max(...left) > 1, `some kills met documents: ${left}`);
    assert.equal(await importNow('{"author":"last"}\n'), 1);
    assert.deepEqual(await authors(2), ["last"]);
  });

  for (const signal of ["SIGKILL", "SIGINT"] as const) {
    it(`by ${signal} goes on at the next start`, async () => {
      const { uploadToken } = (await post("/api/import/start_upload", {})) as { uploadToken: string };
      const part = `/api/import/upload_part?uploadToken=${uploadToken}&partNumber=1`;
      const partToken = await post(part, manyLines());
      const { importId } = (await post("/api/import/finish_upload", {
        import: { ...INTO, mode: "replace", componentPath: null },
        uploadToken,
        partTokens: [partToken],
      })) as { importId: string };
      const state = async (): Promise<{
        state: string;
        progress_message?: string;
        num_rows_written?: string;
      }> => ((await query("_system/cli/queryImport", { importId })) as { state: never }).state;
      while ((await state()).state === "uploaded") await sleep(20);
      await post("/api/perform_import", { importId });
      for (;;) {
        const { state: name, progress_message: progress } = await state();
        assert.equal(name, "in_progress");
        if (progress) break;
        await sleep(5);
      }
      await server.stop(signal);
      await verified();
      await server.start();
      for (;;) {
        const found = await state();
        if (found.state === "completed") {
          assert.equal(found.num_rows_written, String(ROWS));
          break;
        }
        assert.equal(found.state, "in_progress", JSON.stringify(found));
        await sleep(50);
      }
      assert.equal((await authors(3)).length, 3);
    });
  }
});
