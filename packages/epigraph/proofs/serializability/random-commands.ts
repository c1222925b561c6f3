import type { RandomValues } from "../../src/values/testing/random-value.ts";
import type { Command, ReadWay } from "./app/convex/commands.ts";

/** The objects of a round, few so that transactions meet on them. */
export interface Objects {
  readonly lists: readonly { readonly object: string; readonly id: string | null }[];
  readonly registers: readonly string[];
}

const WAYS: readonly ReadWay[] = ["index", "backwards", "filter", "pages"];
const MAX_COMMANDS = 4;

/** Draws what transactions shall do; each value it hands out to write is a new one. */
export class RandomCommands {
  readonly #random: RandomValues;
  readonly #objects: Objects;
  readonly #nextValue: () => number;

  constructor(random: RandomValues, objects: Objects, nextValue: () => number) {
    this.#random = random;
    this.#objects = objects;
    this.#nextValue = nextValue;
  }

  /** One time in so many. */
  oneIn(count: number): boolean {
    return this.#random.below(count) === 0;
  }

  writes(): Command[] {
    return this.#some(() => this.#write(0));
  }

  reads(): Command[] {
    return this.#some(() => this.#read());
  }

  #some(make: () => Command): Command[] {
    return Array.from({ length: 1 + this.#random.below(MAX_COMMANDS) }, make);
  }

  #write(depth: number): Command {
    const random = this.#random;
    switch (random.below(10)) {
      case 0:
      case 1:
      case 2:
        return { type: "append", ...random.pick(this.#objects.lists), value: this.#nextValue() };
      case 3:
      case 4:
        return {
          type: "write",
          object: random.pick(this.#objects.registers),
          value: this.#nextValue(),
          anew: this.oneIn(3),
        };
      case 5:
        if (depth > 1) return this.#read();
        return {
          type: "nested",
          commands: Array.from({ length: 1 + random.below(3) }, () => this.#write(depth + 1)),
          fails: this.oneIn(2),
        };
      case 6:
        return { type: "nestedQuery", commands: [this.#read()] };
      default:
        return this.#read();
    }
  }

  #read(): Command {
    const random = this.#random;
    if (this.oneIn(3)) return { type: "readRegister", object: random.pick(this.#objects.registers) };
    return { type: "readList", ...random.pick(this.#objects.lists), how: random.pick(WAYS) };
  }
}
