/** Three words of 32 bits. */
export type Seed = readonly [number, number, number];

/** Small fast counter generator (sfc32): passes PractRand, 128 bits of state, one number in a few nanoseconds. */
export class RandomSource {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: Seed) {
    this.#a = seed[0] | 0;
    this.#b = seed[1] | 0;
    this.#c = seed[2] | 0;
    for (let i = 0; i < 12; i++) this.nextUint32();
  }

  nextUint32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + t) | 0;
    return t >>> 0;
  }

  /** Of a generator whose numbers this one's do not repeat. */
  nextSeed(): Seed {
    return [this.nextUint32(), this.nextUint32(), this.nextUint32()];
  }

  /** A double in [0, 1) with 53 random bits. */
  nextDouble(): number {
    return ((this.nextUint32() >>> 5) * 67108864 + (this.nextUint32() >>> 6)) / 9007199254740992;
  }

  fill(bytes: Uint8Array): void {
    let i = 0;
    while (i < bytes.length) {
      let word = this.nextUint32();
      for (let j = 0; j < 4 && i < bytes.length; j++) {
        bytes[i++] = word & 255;
        word >>>= 8;
      }
    }
  }
}
