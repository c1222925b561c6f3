import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { describe, it } from "node:test";
import type { FileStore } from "../file-store.ts";

/** A file store, and what a test does behind its back. */
export interface FileStoreUnderTest {
  readonly store: FileStore;
  /** Leaves what a writer leaves that is killed before it has written everything. */
  leaveHalf(key: string): Promise<void>;
  /** How many files there are, whole or not. */
  count(): Promise<number>;
}

const newKey = (): string => randomBytes(16).toString("hex");

async function* inPieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** The contract of `FileStore`, run by every implementation. */
export function runFileStoreConformance(
  name: string,
  test: FileStoreUnderTest,
  skip: string | false = false,
): void {
  describe(`file store contract: ${name}`, { skip }, () => {
    const write = async (bytes: Uint8Array, pieceBytes = 1000): Promise<string> => {
      const key = newKey();
      await test.store.write(key, inPieces(bytes, pieceBytes));
      return key;
    };
    const read = async (key: string, first?: number, last = 0): Promise<Buffer | null> => {
      const range = first === undefined ? undefined : { first, last };
      const stream = await test.store.read(key, range);
      return stream === null ? null : buffer(stream);
    };

    it("gives back what was written", async () => {
      for (const size of [0, 1, 999, 1000, 100_000]) {
        const bytes = randomBytes(size);
        assert.ok(bytes.equals((await read(await write(bytes))) as Buffer), `${size} bytes`);
      }
    });

    it("takes large files in pieces of any size", async () => {
      const bytes = randomBytes(20 * 1024 * 1024 + 7);
      assert.ok(bytes.equals((await read(await write(bytes, 700_001))) as Buffer));
    });

    it("gives parts", async () => {
      const bytes = randomBytes(5000);
      const key = await write(bytes);
      for (const [first, last] of [
        [0, 0],
        [0, 4999],
        [1000, 2999],
        [4999, 4999],
      ] as const) {
        assert.ok(bytes.subarray(first, last + 1).equals((await read(key, first, last)) as Buffer));
      }
    });

    it("has nothing under a key that was not written", async () => {
      assert.equal(await read(newKey()), null);
      assert.equal(await read(newKey(), 0, 5), null);
    });

    it("keeps many that come at once apart", async () => {
      const files = Array.from({ length: 20 }, () => randomBytes(3000));
      const keys = await Promise.all(files.map((bytes) => write(bytes)));
      const found = await Promise.all(keys.map((key) => read(key)));
      assert.ok(found.every((bytes, i) => bytes?.equals(files[i] as Buffer)));
    });

    for (const [when, sizeBytes] of [
      ["at once", 0],
      ["soon", 10_000],
      ["late", 12 * 1024 * 1024],
    ] as const) {
      it(`keeps nothing of bytes that fail ${when}, and says why`, async () => {
        const before = await test.count();
        const key = newKey();
        const failure = new Error("no more bytes");
        const bytes = async function* (): AsyncGenerator<Uint8Array, void> {
          yield* inPieces(randomBytes(sizeBytes), 100_000);
          throw failure;
        };
        await assert.rejects(test.store.write(key, bytes()), failure);
        assert.equal(await read(key), null);
        await test.store.remove(key);
        assert.equal(await test.count(), before);
      });
    }

    it("removes, as often as one likes", async () => {
      const before = await test.count();
      const key = await write(randomBytes(2000));
      assert.equal(await test.count(), before + 1);
      await test.store.remove(key);
      assert.equal(await read(key), null);
      await test.store.remove(key);
      await test.store.remove(newKey());
      assert.equal(await test.count(), before);
    });

    it("removes what a killed writer left, which can't be read before", async () => {
      const before = await test.count();
      const key = newKey();
      await test.leaveHalf(key);
      assert.equal(await test.count(), before + 1);
      assert.equal(await read(key), null);
      await test.store.remove(key);
      assert.equal(await test.count(), before);
    });

    it("lets go of a reader that stops", async () => {
      const bytes = randomBytes(3_000_000);
      const key = await write(bytes, 100_000);
      const stream = await test.store.read(key);
      for await (const chunk of stream ?? []) {
        assert.ok((chunk as Buffer).length > 0);
        break;
      }
      // Some call that a broken connection.
      stream?.on("error", () => {});
      if (stream?.closed === false) await new Promise((resolve) => stream.once("close", resolve));
      assert.ok(bytes.equals((await read(key)) as Buffer));
    });

    it("refuses keys that are none", async () => {
      for (const key of ["", "a", `${"../".repeat(10)}ab`, "A".repeat(32), `${"0".repeat(32)}/x`]) {
        await assert.rejects(test.store.write(key, inPieces(randomBytes(1), 1)), RangeError);
        await assert.rejects(test.store.read(key), RangeError);
        await assert.rejects(test.store.remove(key), RangeError);
      }
    });
  });
}
