import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { ConvexError, type Value } from "convex/values";
import type { Command, Step } from "./app/convex/commands.ts";
import { type Answer, intendedSteps, type Target } from "./target.ts";

/** Folder of the app that all this runs against. */
export const APP: string = join(import.meta.dirname, "app");

type Args = Record<string, Value>;

interface HttpAnswer {
  readonly status: number;
  readonly json: {
    readonly status?: string;
    readonly code?: string;
    readonly value?: unknown;
    readonly errorData?: { readonly steps: Step[] };
    readonly ts?: string;
  };
}

/** A client over HTTP that writes its requests itself. */
export class FetchTarget implements Target {
  readonly #api: string;

  /** @param api the API's origin. */
  constructor(api: string) {
    this.#api = api;
  }

  async setUp(objects: readonly string[]): Promise<readonly string[]> {
    return (await this.#value("mutation", "transactions:setUp", { objects })) as string[];
  }

  async clear(): Promise<void> {
    await this.#value("mutation", "transactions:clear", {});
  }

  async run(commands: readonly Command[], fails: boolean): Promise<Answer> {
    const answer = await this.#post("mutation", { path: "transactions:run", args: { commands, fails } });
    const { status, json } = answer;
    if (status === 503 && json.code === "OptimisticConcurrencyControlFailure") {
      return { outcome: "refused", steps: intendedSteps(commands) };
    }
    if (json.status === "error" && json.errorData !== undefined) {
      return { outcome: "thrown", steps: json.errorData.steps };
    }
    return { outcome: "committed", steps: success(answer) as Step[] };
  }

  async look(commands: readonly Command[]): Promise<Answer> {
    const steps = await this.#value("query", "transactions:look", { commands });
    return { outcome: "committed", steps: steps as Step[] };
  }

  async lookTwice(first: readonly Command[], second: readonly Command[]): Promise<Answer> {
    const { ts } = (await this.#post("query_ts", {})).json;
    const at = async (commands: readonly Command[]): Promise<Step[]> =>
      success(
        await this.#post("query_at_ts", { path: "transactions:look", args: { commands }, ts }),
      ) as Step[];
    return { outcome: "committed", steps: [...(await at(first)), ...(await at(second))] };
  }

  async #value(kind: "query" | "mutation", path: string, args: object): Promise<unknown> {
    return success(await this.#post(kind, { path, args }));
  }

  async #post(endpoint: string, body: object): Promise<HttpAnswer> {
    const response = await fetch(`${this.#api}/api/${endpoint}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: response.status, json: (await response.json()) as HttpAnswer["json"] };
  }
}

/** A client over HTTP as apps have it: the official one. */
export class OfficialClientTarget implements Target {
  readonly #client: ConvexHttpClient;
  readonly #fetch: FetchTarget;

  constructor(api: string) {
    this.#client = new ConvexHttpClient(api, { logger: false });
    this.#fetch = new FetchTarget(api);
  }

  setUp(objects: readonly string[]): Promise<readonly string[]> {
    return this.#client.mutation(makeFunctionReference<"mutation", Args, string[]>("transactions:setUp"), {
      objects: [...objects],
    });
  }

  async clear(): Promise<void> {
    await this.#client.mutation(makeFunctionReference<"mutation", Args>("transactions:clear"), {});
  }

  async run(commands: readonly Command[], fails: boolean): Promise<Answer> {
    const run = makeFunctionReference<"mutation", Args, Step[]>("transactions:run");
    try {
      const steps = await this.#client.mutation(run, { commands: [...commands], fails });
      return { outcome: "committed", steps };
    } catch (error) {
      if (error instanceof ConvexError) return { outcome: "thrown", steps: error.data.steps };
      // All that the client hands on of a 503 is its text.
      if (String(error).includes("OptimisticConcurrencyControlFailure")) {
        return { outcome: "refused", steps: intendedSteps(commands) };
      }
      throw error;
    }
  }

  async look(commands: readonly Command[]): Promise<Answer> {
    const look = makeFunctionReference<"query", Args, Step[]>("transactions:look");
    return { outcome: "committed", steps: await this.#client.query(look, { commands: [...commands] }) };
  }

  /** The client's own `consistentQuery` has one instant for all the client's life. */
  lookTwice(first: readonly Command[], second: readonly Command[]): Promise<Answer> {
    return this.#fetch.lookTwice(first, second);
  }
}

/** Clients of both kinds. */
export function httpTargets(api: string, count: number): [Target, ...Target[]] {
  const targets = Array.from({ length: count - 1 }, (_, i) =>
    i % 2 === 0 ? new OfficialClientTarget(api) : new FetchTarget(api),
  );
  return [new FetchTarget(api), ...targets];
}

function success({ status, json }: HttpAnswer): unknown {
  if (status === 200 && json.status === "success") return json.value;
  throw new Error(`A call that must succeed was answered with ${status}: ${JSON.stringify(json)}`);
}
