import { deepStrictEqual } from "node:assert/strict";
import {
  EXPECTED_CONSTANT,
  expectedRead,
  type HttpRequest,
  insertRequest,
  queryRequest,
  readRequest,
  seedPasses,
} from "../load/workloads.ts";
import type { RunningServer } from "./start-server.ts";

const CONCURRENCY = 64;

/** Fills the table of a fresh server. */
export async function seed(server: RunningServer): Promise<void> {
  for (const messages of seedPasses()) {
    const waiting = messages.values();
    await Promise.all(
      Array.from({ length: CONCURRENCY }, async () => {
        for (const message of waiting) await send(server, insertRequest(message));
      }),
    );
  }
}

/** Checks that a seeded server answers the reading workloads with the same data as all others. */
export async function checkAnswers(server: RunningServer): Promise<void> {
  const constant = await send(server, { method: "GET", path: "/constant", body: null });
  deepStrictEqual(JSON.parse(constant), EXPECTED_CONSTANT);
  for (const author of [0, 7, 499]) {
    deepStrictEqual(JSON.parse(await send(server, readRequest(author))), expectedRead(author));
    const answer = JSON.parse(await send(server, queryRequest(author), server.functionsUrl));
    deepStrictEqual([answer.status, answer.value], ["success", expectedRead(author)]);
  }
}

/** How many messages the table holds. */
export async function countMessages(server: RunningServer): Promise<number> {
  const { count } = JSON.parse(await send(server, { method: "GET", path: "/count", body: null })) as {
    readonly count: number;
  };
  return count;
}

/**
 * Sends one request.
 * @returns the text of the answer.
 * @throws when it does not say success.
 */
export async function send(
  server: RunningServer,
  { method, path, body }: HttpRequest,
  url: string = server.url,
): Promise<string> {
  const what = `${server.name}: ${method} ${path}`;
  const headers = body === null ? {} : { "content-type": "application/json" };
  let response: Response;
  let text: string;
  try {
    response = await fetch(url + path, { method, body, headers });
    text = await response.text();
  } catch (error) {
    throw new Error(`${what} was not answered.`, { cause: error });
  }
  if (!response.ok) throw new Error(`${what} was answered with ${response.status}: ${text}`);
  return text;
}
