import type { InThreadApp } from "../../test/support/in-thread-app.ts";
import type { Command, Step } from "./app/convex/commands.ts";
import { type Answer, intendedSteps, type Target } from "./target.ts";

/** A client of an app in this thread, whose parts a test has changed: any failure may be one of those. */
export class InThreadTarget implements Target {
  readonly #app: InThreadApp;

  constructor(app: InThreadApp) {
    this.#app = app;
  }

  async setUp(objects: readonly string[]): Promise<readonly string[]> {
    return (await this.#app.value("mutation", "transactions:setUp", { objects })) as string[];
  }

  async clear(): Promise<void> {
    // A new app is made for each round.
  }

  async run(commands: readonly Command[], fails: boolean): Promise<Answer> {
    try {
      const outcome = await this.#app.call("mutation", "transactions:run", { commands, fails });
      if (outcome.status === "success") return { outcome: "committed", steps: JSON.parse(outcome.value) };
      const { data } = outcome.error;
      if (data !== null) return { outcome: "thrown", steps: (JSON.parse(data) as { steps: Step[] }).steps };
    } catch {
      // A conflict in every attempt, or a store that was handed what it must refuse.
    }
    return { outcome: "unknown", steps: intendedSteps(commands) };
  }

  async look(commands: readonly Command[]): Promise<Answer> {
    const steps = (await this.#app.value("query", "transactions:look", { commands })) as Step[];
    return { outcome: "committed", steps };
  }

  lookTwice(first: readonly Command[], second: readonly Command[]): Promise<Answer> {
    return this.look([...first, ...second]);
  }
}
