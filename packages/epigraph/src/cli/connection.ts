import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { CliIo } from "./io.ts";
import { CommandError } from "./usage-error.ts";

/** A deployment to talk to. */
export interface Connection {
  /** Without `/` at the end. */
  readonly url: string;
  readonly adminKey: string;
}

/**
 * The deployment of an app: from the process's environment, else from `.env.local` or `.env` of the app.
 * @throws CommandError when nothing names one.
 */
export function findConnection(appFolder: string, io: CliIo): Connection {
  const values = { ...readEnvFile(appFolder, ".env"), ...readEnvFile(appFolder, ".env.local"), ...io.env };
  const url = values["CONVEX_SELF_HOSTED_URL"];
  const adminKey = values["CONVEX_SELF_HOSTED_ADMIN_KEY"];
  if (url && adminKey) return { url: url.replace(/\/+$/, ""), adminKey };
  throw new CommandError(
    `No deployment is known: run \`epigraph dev\` in ${appFolder} once, or set CONVEX_SELF_HOSTED_URL and CONVEX_SELF_HOSTED_ADMIN_KEY.`,
  );
}

/**
 * Sends a request with the admin key.
 * @param body JSON; null for a GET.
 * @returns status and text of the answer.
 * @throws CommandError when nothing answers.
 */
export async function request(
  { url, adminKey }: Connection,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const response = await fetch(url + path, {
      method: body === null ? "GET" : "POST",
      headers: {
        Authorization: `Convex ${adminKey}`,
        ...(body === null ? {} : { "Content-Type": "application/json" }),
      },
      body: body === null ? null : JSON.stringify(body),
      signal,
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    if (signal.aborted) throw error;
    throw new CommandError(`Nothing answers at ${url}: start the deployment with \`epigraph dev\`.`, {
      cause: error,
    });
  }
}

/** The message of an answer that is not what was asked for: its envelope's, else its text. */
export function answerError({
  status,
  text,
}: {
  readonly status: number;
  readonly text: string;
}): CommandError {
  try {
    const { code, message } = JSON.parse(text) as { readonly code?: string; readonly message?: string };
    if (typeof message === "string")
      return new CommandError(code === undefined ? message : `${code}: ${message}`);
  } catch {
    // Not every answer is JSON: proxies answer too.
  }
  return new CommandError(`The deployment answered ${status}: ${text}`);
}

function readEnvFile(folder: string, name: string): NodeJS.Dict<string> {
  const path = join(folder, name);
  return existsSync(path) ? parseEnv(readFileSync(path, "utf8")) : {};
}
