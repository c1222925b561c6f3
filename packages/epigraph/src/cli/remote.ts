import { join } from "node:path";
import { readEnvFile } from "./env-file.ts";

/** A failure whose message is all the user needs. */
export class UsageError extends Error {}

/** The running deployment of an app, as its `.env.local` (or the environment) names it. */
export class Remote {
  readonly #url: string;
  readonly #key: string;

  constructor(dir: string) {
    const file = readEnvFile(join(dir, ".env.local"));
    const url = process.env["CONVEX_SELF_HOSTED_URL"] ?? file["CONVEX_SELF_HOSTED_URL"];
    const key = process.env["CONVEX_SELF_HOSTED_ADMIN_KEY"] ?? file["CONVEX_SELF_HOSTED_ADMIN_KEY"];
    if (url === undefined || key === undefined)
      throw new UsageError(
        `No deployment is known for ${dir}: start epigraph dev there first, it writes .env.local.`,
      );
    this.#url = url;
    this.#key = key;
  }

  async request(method: "GET" | "POST", path: string, body?: unknown): Promise<string> {
    let response: Response;
    try {
      response = await fetch(`${this.#url}${path}`, {
        method,
        headers: { authorization: `Convex ${this.#key}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw new UsageError(`No deployment answers at ${this.#url}: start epigraph dev first.`);
    }
    const text = await response.text();
    if (!response.ok) throw new UsageError((JSON.parse(text) as { message: string }).message);
    return text;
  }
}
