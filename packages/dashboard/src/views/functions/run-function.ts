import { authorization } from "../../data/session.ts";
import { shortPath } from "../../ui/format.ts";

export interface RunOutcome {
  /** JSON text. */
  readonly value: string;
  readonly error: string | null;
  readonly logLines: readonly string[];
  readonly durationMs: number;
}

export interface RunRequest {
  readonly key: string;
  readonly path: string;
  readonly type: "Query" | "Mutation" | "Action";
  /** JSON as a person wrote it. */
  readonly argsText: string;
  /** Identity to act as; null for the admin. */
  readonly userText: string | null;
}

/** Runs a function as the admin, internal ones too; what goes wrong is in the outcome. */
export async function runFunction(request: RunRequest): Promise<RunOutcome> {
  const startMs = performance.now();
  try {
    const args: unknown = JSON.parse(request.argsText);
    const response = await fetch(`/api/${request.type.toLowerCase()}`, {
      method: "POST",
      headers: {
        ...authorization(request.key + actingAs(request.userText)),
        "content-type": "application/json",
      },
      body: JSON.stringify({ path: shortPath(request.path), args: [args], format: "convex_encoded_json" }),
    });
    const answer = (await response.json()) as {
      readonly status?: string;
      readonly value?: unknown;
      readonly message?: string;
      readonly errorMessage?: string;
      readonly logLines?: readonly string[];
    };
    const isDone = answer.status === "success";
    return {
      value: isDone ? JSON.stringify(answer.value, null, 2) : "",
      error: isDone
        ? null
        : (answer.errorMessage ?? answer.message ?? `The server answered ${response.status}.`),
      logLines: answer.logLines ?? [],
      durationMs: performance.now() - startMs,
    };
  } catch (error) {
    return {
      value: "",
      error: (error as Error).message,
      logLines: [],
      durationMs: performance.now() - startMs,
    };
  }
}

/** What follows the key of an admin who acts as a user. @throws SyntaxError for what is no JSON. */
function actingAs(text: string | null): string {
  if (text === null) return "";
  const json = JSON.stringify(JSON.parse(text));
  return `:${btoa(String.fromCharCode(...new TextEncoder().encode(json)))}`;
}
