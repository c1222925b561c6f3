import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readlinkSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { findFile } from "../database/stored-files/file-documents.ts";
import { allSystemDocuments, getSystemDocument } from "../database/transaction/system-documents.ts";
import { UPLOAD_TOKEN_MS, UploadTokens } from "../files/upload-tokens.ts";
import { sendRaw, TestServer } from "./testing/test-server.ts";

const sha256 = (bytes: string): string => createHash("sha256").update(bytes).digest("base64");

describe("files at the door", () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start();
  });
  after(() => server[Symbol.asyncDispose]());

  const uploadUrl = (): string =>
    `${server.api}/api/storage/upload?token=${server.tokens.create("", server.database.nowMs)}`;
  const post = (body: string | Uint8Array, headers: Record<string, string> = {}, url = uploadUrl()) =>
    fetch(url, { method: "POST", body: Buffer.from(body), headers });
  /** Uploads a file. @returns its id. */
  const upload = async (body: string, headers?: Record<string, string>): Promise<string> => {
    const response = await post(body, headers);
    assert.equal(response.status, 200, await response.clone().text());
    return ((await response.json()) as { storageId: string }).storageId;
  };
  /** What `storage.getUrl` would give. */
  const urlOf = (id: string): string =>
    server.database.database.read((transaction) => {
      const file = findFile(transaction, "", { type: "document", id });
      return `${server.api}/api/storage/${file?.uuid}`;
    });
  const documents = (): readonly object[] =>
    server.database.database.read((transaction) => allSystemDocuments(transaction, "_storage"));
  /** Files in the file store, parts included. */
  const stored = (): number => filesIn(join(server.database.folder, "files"));
  const assertRefused = async (
    answer: Promise<Response>,
    status: number,
    code: string,
    message: string | RegExp,
  ): Promise<void> => {
    const response = await answer;
    const json = (await response.json()) as { code: string; message: string };
    assert.deepEqual([response.status, json.code], [status, code], JSON.stringify(json));
    if (typeof message === "string") assert.equal(json.message, message);
    else assert.match(json.message, message);
  };

  describe("uploads", () => {
    it("keep type, size and digest, and are served so", async () => {
      const id = await upload("an image", { "content-type": "image/png" });
      const document = server.database.database.read((transaction) =>
        getSystemDocument<Record<string, unknown>>(transaction, "_storage", id),
      );
      const { _creationTime, ...facts } = document ?? {};
      assert.equal(typeof _creationTime, "number");
      const digest = sha256("an image");
      assert.deepEqual(facts, { _id: id, contentType: "image/png", sha256: digest, size: 8 });
      const response = await fetch(urlOf(id));
      assert.deepEqual([response.status, await response.text()], [200, "an image"]);
      const header = (name: string): string | null => response.headers.get(name);
      assert.deepEqual(
        ["content-type", "content-length", "digest", "cache-control", "accept-ranges"].map(header),
        ["image/png", "8", `sha-256=${digest}`, "private, max-age=2592000", "bytes"],
      );
      for (const name of ["etag", "last-modified", "content-disposition"]) assert.equal(header(name), null);
    });

    it("without a type have none", async () => {
      const [, answer = ""] = (
        await sendRaw(
          server.api,
          `POST ${new URL(uploadUrl()).pathname}${new URL(uploadUrl()).search} HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbare`,
        )
      ).split("\r\n\r\n");
      const { storageId } = JSON.parse(answer) as { storageId: string };
      const response = await fetch(urlOf(storageId));
      assert.deepEqual([response.headers.get("content-type"), await response.text()], [null, "bare"]);
      const facts = server.database.database.read((transaction) =>
        getSystemDocument<{ contentType: unknown }>(transaction, "_storage", storageId),
      );
      assert.equal(facts?.contentType, null);
    });

    it("may be empty, may come in chunks, and are kept byte by byte", async () => {
      const empty = await fetch(urlOf(await upload("")));
      assert.deepEqual(
        [empty.status, empty.headers.get("content-length"), await empty.text()],
        [200, "0", ""],
      );
      const bytes = randomBytes(3_000_000);
      const body = new ReadableStream({
        start(controller) {
          for (let at = 0; at < bytes.length; at += 70_001)
            controller.enqueue(bytes.subarray(at, at + 70_001));
          controller.close();
        },
      });
      const response = await fetch(uploadUrl(), { method: "POST", body, duplex: "half" } as RequestInit);
      const { storageId } = (await response.json()) as { storageId: string };
      const served = Buffer.from(await (await fetch(urlOf(storageId))).arrayBuffer());
      assert.ok(served.equals(bytes));
    });

    it("with one URL make as many files as they are", async () => {
      const url = uploadUrl();
      const ids = await Promise.all(
        ["a", "b"].map(
          async (text) => ((await (await post(text, {}, url)).json()) as { storageId: string }).storageId,
        ),
      );
      assert.notEqual(ids[0], ids[1]);
      const texts = await Promise.all(ids.map(async (id) => (await fetch(urlOf(id))).text()));
      assert.deepEqual(texts, ["a", "b"]);
    });

    it("need a token that is no older than an hour", async () => {
      const { nowMs } = server.database;
      const url = uploadUrl();
      server.database.nowMs = nowMs + UPLOAD_TOKEN_MS - 1;
      assert.equal((await post("in time", {}, url)).status, 200);
      server.database.nowMs = nowMs + UPLOAD_TOKEN_MS;
      await assertRefused(
        post("late", {}, url),
        401,
        "StorageTokenExpired",
        "Store File Authorization expired",
      );
      server.database.nowMs = nowMs;
    });

    it("need a token that was made here", async () => {
      const url = uploadUrl();
      const invalid = "Couldn't decode the StoreFileAuthorization token";
      const altered = url.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
      for (const bad of [
        altered,
        url.slice(0, -3),
        `${url}A`,
        `${url.split("=")[0]}=garbage`,
        `${url.split("=")[0]}=`,
      ]) {
        await assertRefused(post("x", {}, bad), 401, "StorageTokenInvalid", invalid);
      }
      const foreign = new UploadTokens(randomBytes(32)).create("", server.database.nowMs);
      await assertRefused(
        post("x", {}, `${server.api}/api/storage/upload?token=${foreign}`),
        401,
        "InvalidStorageToken",
        /another deployment/,
      );
      await assertRefused(
        post("x", {}, `${server.api}/api/storage/upload`),
        400,
        "BadQueryArgs",
        /^Failed to deserialize query string/,
      );
    });

    it("take no notice of credentials", async () => {
      assert.equal((await post("x", { authorization: "Nonsense" })).status, 200);
      assert.equal(
        (await fetch(urlOf(await upload("y")), { headers: { authorization: "Nonsense" } })).status,
        200,
      );
    });

    it("are compared with their digest", async () => {
      const [before, onDisk] = [documents().length, stored()];
      await upload("exact", { digest: `sha-256=${sha256("exact")}` });
      await assertRefused(
        post("other", { digest: `sha-256=${sha256("exact")}` }),
        400,
        "Sha256Mismatch",
        `Sha256 mismatch. Expected: ${sha256("exact")} Actual: ${sha256("other")}`,
      );
      assert.equal(documents().length, before + 1);
      while (stored() !== onDisk + 1) await new Promise(setImmediate);
    });

    it("are refused for headers that can't be read, before the body is", async () => {
      const message = (name: string): string => `Bad header for ${name}: invalid HTTP header`;
      for (const digest of [
        "md5=x",
        `SHA-256=${sha256("x")}`,
        "sha-256=",
        "sha-256=AAAA",
        `sha-256=${sha256("x").slice(0, -1)}`,
        `sha-256=${Buffer.alloc(32).toString("hex")}`,
      ]) {
        await assertRefused(post("x", { digest }), 400, "BadHeader", message("digest"));
      }
      for (const type of ["nonsense", "a/", "/b", "a b/c", "a/b c", "text/plain; x=\u00e9"]) {
        await assertRefused(post("x", { "content-type": type }), 400, "BadHeader", message("content-type"));
      }
      const odd = 'multipart/form-data; boundary="a b"; charset=X';
      const kept = await fetch(urlOf(await upload("x", { "content-type": odd })));
      assert.equal(kept.headers.get("content-type"), odd);
    });

    it("that break off leave nothing", async () => {
      const [before, onDisk] = [documents().length, stored()];
      const { port, pathname, search } = new URL(uploadUrl());
      const socket = connect(Number(port), "127.0.0.1", () =>
        socket.write(
          `POST ${pathname}${search} HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n${"x".repeat(300_000)}`,
        ),
      );
      while (stored() === onDisk) await new Promise((resolve) => setTimeout(resolve, 5));
      socket.destroy();
      while (stored() !== onDisk) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal(documents().length, before);
      assert.deepEqual(server.faults, []);
    });

    it("that take too long get a 408, and leave nothing", async () => {
      await using hasty = await TestServer.start({ limits: { headTimeoutMs: 300 } });
      const token = hasty.tokens.create("", hasty.database.nowMs);
      const { hostname, port } = new URL(hasty.api);
      const answer = await new Promise<string>((resolve) => {
        const socket = connect(Number(port), hostname, () =>
          socket.write(
            `POST /api/storage/upload?token=${token} HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n${"x".repeat(300_000)}`,
          ),
        );
        socket.on("error", () => {});
        socket.once("data", (head) => {
          resolve(String(head));
          socket.destroy();
        });
      });
      assert.match(answer, /^HTTP\/1\.1 408 /);
      const folder = join(hasty.database.folder, "files");
      while (filesIn(folder) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      const documents = hasty.database.database.read((transaction) =>
        allSystemDocuments(transaction, "_storage"),
      );
      assert.deepEqual(documents, []);
    });

    it("are there for pages of any origin", async () => {
      const preflight = await fetch(uploadUrl(), {
        method: "OPTIONS",
        headers: { origin: "https://page.example", "access-control-request-headers": "content-type,digest" },
      });
      assert.equal(preflight.status, 200);
      assert.equal(preflight.headers.get("access-control-allow-headers"), "content-type,digest");
      assert.equal(preflight.headers.get("access-control-max-age"), "86400");
      for (const answer of [
        await post("x", { origin: "https://page.example" }),
        await post("x", { origin: "https://page.example", digest: "bad" }),
        await fetch(urlOf(await upload("x")), { headers: { origin: "https://page.example" } }),
      ]) {
        assert.equal(answer.headers.get("access-control-allow-origin"), "https://page.example");
        assert.equal(answer.headers.get("access-control-allow-credentials"), "true");
      }
    });

    it("are POSTs", async () => {
      for (const method of ["GET", "PUT", "DELETE"]) {
        const response = await fetch(uploadUrl(), { method });
        assert.deepEqual([response.status, response.headers.get("allow")], [405, "POST"]);
      }
    });
  });

  describe("downloads", () => {
    let url: string;
    before(async () => {
      url = urlOf(await upload("0123456789", { "content-type": "text/plain" }));
    });

    it("of the head alone have the same headers", async () => {
      const [get, head] = await Promise.all([fetch(url), fetch(url, { method: "HEAD" })]);
      const headers = ({ headers }: Response): unknown =>
        [...headers].filter(([name]) => !/^(?:date|connection|keep-alive)$/.test(name)).toSorted();
      assert.deepEqual(headers(head), headers(get));
      assert.deepEqual([head.status, await head.text()], [200, ""]);
      const part = await fetch(url, { method: "HEAD", headers: { range: "bytes=0-1" } });
      assert.equal(part.status, 200);
    });

    const ranges: readonly (readonly [string, number, string | null, string])[] = [
      ["bytes=2-5", 206, "bytes 2-5/10", "2345"],
      ["bytes=0-0", 206, "bytes 0-0/10", "0"],
      ["bytes=2-", 206, "bytes 2-9/10", "23456789"],
      ["bytes=0-999", 206, "bytes 0-9/10", "0123456789"],
      ["bytes=-3", 206, "bytes 7-9/10", "789"],
      ["bytes=-99", 206, "bytes 0-9/10", "0123456789"],
      ["Bytes= 4-4 ", 206, "bytes 4-4/10", "4"],
      ["bytes=-0", 416, "bytes */10", ""],
      ["bytes=10-", 416, "bytes */10", ""],
      ["bytes=5-2", 416, "bytes */10", ""],
      ["bytes=0-0,2-3", 416, "bytes */10", ""],
      ["bytes=x", 416, "bytes */10", ""],
      ["bytes=-", 416, "bytes */10", ""],
      ["bytes=", 416, "bytes */10", ""],
      ["bytes=99999999999999999999-", 416, "bytes */10", ""],
      ["lines=1-2", 200, null, "0123456789"],
    ];
    for (const [range, status, contentRange, text] of ranges) {
      it(`of the range ${range} answer ${status}`, async () => {
        const response = await fetch(url, { headers: { range } });
        assert.deepEqual(
          [response.status, response.headers.get("content-range"), await response.text()],
          [status, contentRange, text],
        );
        assert.equal(response.headers.get("content-length"), String(text.length));
        assert.equal(response.headers.has("digest"), status === 200);
        if (status === 206) assert.equal(response.headers.get("cache-control"), "private, max-age=2592000");
        assert.equal(response.headers.get("accept-ranges"), "bytes");
      });
    }

    it("of a part of an empty file answer with all of it", async () => {
      const response = await fetch(urlOf(await upload("")), { headers: { range: "bytes=0-5" } });
      assert.deepEqual([response.status, response.headers.get("content-range")], [200, null]);
    });

    it("ignore conditions", async () => {
      for (const headers of [
        { "if-none-match": "*" },
        { "if-modified-since": new Date(Date.now() + 86_400_000).toUTCString() },
        { "if-match": '"other"' },
      ]) {
        assert.equal((await fetch(url, { headers: headers as Record<string, string> })).status, 200);
      }
      const part = await fetch(url, { headers: { range: "bytes=1-1", "if-range": '"other"' } });
      assert.deepEqual([part.status, await part.text()], [206, "1"]);
    });

    it("are refused for what is no UUID, and for one that no file has", async () => {
      const id = await upload("x");
      for (const segment of [
        id,
        "",
        "x/y",
        "%00",
        "..%2f..%2finstance.json",
        `${new URL(url).pathname.split("/").at(-1)}0`,
      ]) {
        await assertRefused(
          fetch(`${server.api}/api/storage/${segment}`),
          400,
          "InvalidStoragePath",
          new RegExp(
            `^Invalid storage path: "${segment.replaceAll(".", "\\.")}". Please use .*storage\\.getUrl`,
          ),
        );
      }
      const uuid = "123e4567-e89b-42d3-a456-426614174000";
      await assertRefused(
        fetch(`${server.api}/api/storage/${uuid}`),
        404,
        "FileNotFound",
        `File ${uuid} not found`,
      );
      await assertRefused(fetch(`${url}?component=other`), 404, "FileNotFound", /^File .* not found$/);
      assert.equal(
        (await fetch(url.toUpperCase().replace(/^HTTP.*?\/API\/STORAGE/, `${server.api}/api/storage`)))
          .status,
        200,
      );
    });

    it("whose client goes away or takes nothing hold nothing", async () => {
      const big = await post(new Uint8Array(8_000_000));
      const { storageId } = (await big.json()) as { storageId: string };
      const { port, pathname } = new URL(urlOf(storageId));
      const openFiles = (): number =>
        readdirSync("/proc/self/fd").filter((fd) => {
          try {
            return readlinkOf(fd).includes(server.database.folder) && readlinkOf(fd).includes("/files/");
          } catch {
            return false;
          }
        }).length;
      const socket = connect(Number(port), "127.0.0.1", () =>
        socket.write(`GET ${pathname} HTTP/1.1\r\nHost: h\r\n\r\n`),
      );
      socket.pause();
      while (process.platform === "linux" && openFiles() === 0)
        await new Promise((resolve) => setTimeout(resolve, 5));
      socket.destroy();
      while (process.platform === "linux" && openFiles() > 0)
        await new Promise((resolve) => setTimeout(resolve, 5));
      assert.deepEqual(server.faults, []);
    });

    it("of a file whose bytes are gone are the server's fault, and told to the operator", async () => {
      const id = await upload("lost");
      const key = server.database.database.read(
        (transaction) => findFile(transaction, "", { type: "document", id })?.key as string,
      );
      rmSync(join(server.database.folder, "files", key.slice(0, 2), key));
      await assertRefused(fetch(urlOf(id)), 500, "InternalServerError", /Try again later/);
      assert.match(server.faults.pop() ?? "", new RegExp(key));
    });
  });
});

function filesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile()).length;
}

function readlinkOf(fd: string): string {
  return readlinkSync(`/proc/self/fd/${fd}`);
}
