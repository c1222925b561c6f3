import assert from "node:assert/strict";
import { test } from "node:test";
import { openPlatformRealm } from "./testing/platform-realm.ts";

const CASES: readonly [name: string, code: string, expected: unknown][] = [
  [
    "a source is piped through a transform into a sink, and the sink is closed",
    `const out = [];
     await new ReadableStream({ start(c) { for (let i = 0; i < 5; i++) c.enqueue(i); c.close() } })
       .pipeThrough(new TransformStream({ transform(chunk, c) { c.enqueue(chunk * 2) } }))
       .pipeTo(new WritableStream({ write(chunk) { out.push(chunk) }, close() { out.push("closed") } }));
     return out`,
    [0, 2, 4, 6, 8, "closed"],
  ],
  [
    "a source is not asked for more than its reader wants",
    `let pulls = 0; const r = new ReadableStream({ pull(c) { c.enqueue(++pulls) } }, { highWaterMark: 0 }).getReader();
     await r.read(); await r.read(); return pulls`,
    2,
  ],
  [
    "tee gives two independent readers",
    `const [a, b] = new ReadableStream({ start(c) { c.enqueue("x"); c.close() } }).tee();
     return [(await a.getReader().read()).value, (await b.getReader().read()).value]`,
    ["x", "x"],
  ],
  [
    "an abort signal stops a pipe and cancels its source",
    `const c = new AbortController(); let cancelled;
     const pipe = new ReadableStream({ cancel(reason) { cancelled = reason } }).pipeTo(new WritableStream(), { signal: c.signal });
     c.abort("stop"); return [await pipe.catch((e) => e), cancelled]`,
    ["stop", "stop"],
  ],
  [
    "an error reaches the reader",
    `return new ReadableStream({ pull() { throw new Error("boom") } }).getReader().read().catch((e) => e.message)`,
    "boom",
  ],
  [
    "a writer's backpressure is visible",
    `const w = new WritableStream({}, { highWaterMark: 1 }).getWriter(); const before = w.desiredSize; w.write(1); return [before, w.desiredSize]`,
    [1, 0],
  ],
  [
    "ReadableStream.from takes iterables",
    `let s = 0; for await (const n of ReadableStream.from([1, 2, 3])) s += n; return s`,
    6,
  ],
  [
    "reader classes are the globals",
    `return new ReadableStream().getReader() instanceof ReadableStreamDefaultReader && new ReadableStream({ type: "bytes" }).getReader({ mode: "byob" }) instanceof ReadableStreamBYOBReader && new WritableStream().getWriter() instanceof WritableStreamDefaultWriter`,
    true,
  ],
  [
    "the stream of a Blob leaves the Blob intact",
    `const blob = new Blob([new Uint8Array(200000).fill(7)]); let size = 0, chunks = 0;
     for await (const chunk of blob.stream()) { size += chunk.length; chunks++; chunk.fill(0) }
     return [size, chunks, (await blob.bytes()).every((byte) => byte === 7)]`,
    [200000, 4, true],
  ],
];

for (const [name, code, expected] of CASES) {
  test(name, async () => {
    using realm = await openPlatformRealm();
    assert.deepEqual(realm.run(code), expected);
  });
}
