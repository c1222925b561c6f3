import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { readVersion } from "../version.ts";
import type { CliIo } from "./io.ts";
import { CommandError } from "./usage-error.ts";

/** A deployment to talk to. */
export interface Connection {
  /** Without `/` at the end. */
  readonly url: string;
  readonly adminKey: string;
}

/** Which deployment a command is to talk to. */
export interface Target {
  /** The app's folder; absolute. */
  readonly dir: string;
  /** As the command line names them; null where it does not. */
  readonly url: string | null;
  readonly adminKey: string | null;
}

/**
 * The deployment that is meant: from the command line, else from the process's environment, else from `.env.local` or
 * `.env` of the app.
 * @throws CommandError when nothing names one.
 */
export function findConnection(target: Target, io: CliIo): Connection {
  const { dir } = target;
  const values = { ...readEnvFile(dir, ".env"), ...readEnvFile(dir, ".env.local"), ...io.env };
  const url = target.url ?? values["CONVEX_SELF_HOSTED_URL"];
  // A key that belongs to another deployment is not sent to the one that was named.
  const adminKey =
    target.adminKey ??
    (target.url === null ? values["CONVEX_SELF_HOSTED_ADMIN_KEY"] : io.env["CONVEX_SELF_HOSTED_ADMIN_KEY"]);
  if (url && !/^https?:\/\//.test(url)) {
    throw new CommandError(`The URL of a deployment begins with http:// or https://, not "${url}".`);
  }
  if (url && adminKey) return { url: url.replace(/\/+$/, ""), adminKey };
  if (url && target.url !== null) {
    throw new CommandError(
      `No admin key for ${url} is known: give it with --admin-key, or set CONVEX_SELF_HOSTED_ADMIN_KEY. \`epigraph admin-key create\` prints one where the data folder is.`,
    );
  }
  throw new CommandError(
    `No deployment is known: run \`epigraph dev\` in ${dir} once, or set CONVEX_SELF_HOSTED_URL and CONVEX_SELF_HOSTED_ADMIN_KEY.`,
  );
}

export interface SendOptions {
  readonly method: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
}

/**
 * Sends a request with the admin key.
 * @returns the answer, whatever its status.
 * @throws CommandError when nothing answers.
 */
export async function send(
  { url, adminKey }: Connection,
  path: string,
  { method, headers, body, signal }: SendOptions,
): Promise<Response> {
  try {
    return await fetch(url + path, {
      method,
      headers: {
        Authorization: `Convex ${adminKey}`,
        "Convex-Client": `epigraph-cli-${readVersion()}`,
        ...headers,
      },
      body: body ?? null,
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new CommandError(`Nothing answers at ${url}: start the deployment with \`epigraph dev\`.`, {
      cause: error,
    });
  }
}

/**
 * The same for JSON.
 * @param body JSON; null for a GET.
 * @returns status and text of the answer.
 */
export async function request(
  connection: Connection,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  const options: SendOptions =
    body === null
      ? { method: "GET", signal }
      : {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(body),
          signal,
        };
  const response = await send(connection, path, options);
  return { status: response.status, text: await response.text() };
}

/** The same, of which only success is an answer. @returns what the JSON says. @throws CommandError */
export async function ask(
  connection: Connection,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const answer = await request(connection, path, body, signal);
  if (answer.status !== 200) throw answerError(answer);
  return answer.text === "" ? null : (JSON.parse(answer.text) as unknown);
}

/** What one of the deployment's own queries says. @throws CommandError */
export async function askSystem(
  connection: Connection,
  path: string,
  args: object,
  signal: AbortSignal,
): Promise<unknown> {
  const body = { path, format: "convex_encoded_json", args: [args] };
  const answer = (await ask(connection, "/api/query", body, signal)) as {
    readonly status: string;
    readonly value?: unknown;
    readonly errorMessage?: string;
  };
  if (answer.status !== "success") throw new CommandError(String(answer.errorMessage));
  return answer.value;
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
