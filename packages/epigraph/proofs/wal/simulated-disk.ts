import type { TraceEvent } from "./trace.ts";

/** What a disk writes whole or not at all. */
const SECTOR_BYTES = 512;

/** What is lost of the writes that were not synced when the power was. */
export type Loss = "all" | "the last" | "some sectors";

interface Change {
  readonly number: number;
  readonly offset: number;
  /** Null: the file ends at the offset. */
  readonly bytes: Buffer | null;
}

/** Bytes that grow. */
class Content {
  #bytes: Buffer;
  #length: number;

  constructor(bytes: Buffer) {
    this.#bytes = Buffer.from(bytes);
    this.#length = bytes.length;
  }

  /** @param isKept asked for each sector. */
  apply({ offset, bytes }: Change, isKept: () => boolean): void {
    if (bytes === null) {
      if (isKept()) this.#length = Math.min(this.#length, offset);
      return;
    }
    for (let from = 0; from < bytes.length; ) {
      const to = Math.min(bytes.length, from + SECTOR_BYTES - ((offset + from) % SECTOR_BYTES));
      if (isKept()) this.#put(bytes, offset, from, to);
      from = to;
    }
  }

  copy(): Content {
    return new Content(this.toBuffer());
  }

  /** Valid until the next change. */
  toBuffer(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #put(bytes: Buffer, offset: number, from: number, to: number): void {
    const end = offset + to;
    if (end > this.#bytes.length) {
      const grown = Buffer.alloc(end * 2);
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    // What a hole holds is zero, also where the file was longer once.
    if (offset + from > this.#length) this.#bytes.fill(0, this.#length, offset + from);
    bytes.copy(this.#bytes, offset + from, from, to);
    this.#length = Math.max(this.#length, end);
  }
}

/** One file as a disk holds it. */
class SimulatedFile {
  readonly #durable: Content;
  #pending: Change[] = [];
  #changes = 0;

  constructor(content: Buffer) {
    this.#durable = new Content(content);
  }

  /** Number of the newest change: what a sync that begins now covers. */
  get changes(): number {
    return this.#changes;
  }

  change(offset: number, bytes: Buffer | null): void {
    this.#pending.push({ number: ++this.#changes, offset, bytes });
  }

  sync(covered: number): void {
    const rest = this.#pending.findIndex(({ number }) => number > covered);
    const synced = this.#pending.splice(0, rest < 0 ? this.#pending.length : rest);
    for (const change of synced) this.#durable.apply(change, () => true);
  }

  /** What is found after the power was lost. */
  afterLoss(loss: Loss, random: () => number): Buffer {
    const content = this.#durable.copy();
    const kept = loss === "the last" ? Math.floor(random() * (this.#pending.length + 1)) : 0;
    this.#pending.forEach((change, position) => {
      if (loss === "some sectors") content.apply(change, () => random() < 0.5);
      else if (position < kept) content.apply(change, () => true);
    });
    return content.toBuffer();
  }
}

/** The files of a traced process, by their paths. */
export class SimulatedDisk {
  readonly #files = new Map<string, SimulatedFile>();
  /** What the sync covers that a thread waits for. */
  readonly #syncing = new Map<string, number>();

  /** @param files what was safely there before; others are new and empty. */
  constructor(files: Readonly<Record<string, Buffer>>) {
    for (const [path, content] of Object.entries(files)) this.#files.set(path, new SimulatedFile(content));
  }

  take(event: TraceEvent): void {
    if (!("file" in event)) return;
    const file = this.#file(event.file);
    switch (event.type) {
      case "write":
        file.change(event.offset, event.bytes);
        return;
      case "truncate":
        file.change(event.length, null);
        return;
      case "syncing":
        this.#syncing.set(`${event.thread} ${event.file}`, file.changes);
        return;
      case "synced":
        file.sync(this.#syncing.get(`${event.thread} ${event.file}`) ?? 0);
    }
  }

  afterLoss(path: string, loss: Loss, random: () => number): Buffer {
    return this.#file(path).afterLoss(loss, random);
  }

  #file(path: string): SimulatedFile {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = new SimulatedFile(Buffer.alloc(0));
      this.#files.set(path, file);
    }
    return file;
  }
}
