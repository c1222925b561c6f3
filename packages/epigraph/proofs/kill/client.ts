import { Agent, request } from "node:http";

/** How a call ended, as far as whoever sent it can know. */
export type Outcome =
  | { readonly type: "done"; readonly value: unknown }
  /** Certainly without effect. */
  | { readonly type: "refused" }
  /** The connection broke: it may have been done or not. */
  | { readonly type: "unknown" };

interface Answer {
  readonly status: string;
  readonly code?: string;
  readonly value?: unknown;
}

/** Calls functions over connections that may break at any moment. */
export class Client {
  readonly #api: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(api: string) {
    this.#api = api;
  }

  async call(kind: "query" | "mutation", path: string, args: object): Promise<Outcome> {
    const text = await this.#post(`${this.#api}/api/${kind}`, JSON.stringify({ path, args }));
    if (text === null) return { type: "unknown" };
    const answer = JSON.parse(text) as Answer;
    if (answer.status === "success") return { type: "done", value: answer.value };
    if (answer.code === "OptimisticConcurrencyControlFailure") return { type: "refused" };
    // What a dying server still says: the outcome is as open as without an answer.
    if (answer.code === "InternalServerError") return { type: "unknown" };
    throw new Error(`${path} must not fail: ${text}`);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** @returns null when the connection broke. */
  #post(url: string, body: string): Promise<string | null> {
    return new Promise((resolve) => {
      const headers = { "content-type": "application/json" };
      const outgoing = request(url, { method: "POST", agent: this.#agent, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => {
          text += piece;
        });
        response.on("error", () => resolve(null));
        response.on("end", () => resolve(text));
      });
      outgoing.on("error", () => resolve(null));
      outgoing.end(body);
    });
  }
}
