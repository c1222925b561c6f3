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
