import { AuthConfigError, type AuthConfigEvaluator } from "../services/auth/auth-config-evaluator.ts";
import { type AuthProvider, describeProvider } from "../services/auth/auth-provider.ts";
import type { PushedCode } from "./analysis.ts";
import { type AppError, appError } from "./app-error.ts";
import { locateFrames } from "./frames.ts";

/**
 * The identity providers that an app names.
 * @returns JSON text, as the catalogue keeps it; null for an app without an auth config.
 * @throws AppError with what is wrong with the config.
 */
export async function evaluateAuthConfig(
  evaluator: Pick<AuthConfigEvaluator, "evaluate">,
  { authConfig, sdk }: PushedCode,
  environment: Readonly<Record<string, string>>,
): Promise<string | null> {
  if (authConfig === null) return null;
  try {
    return await evaluator.evaluate({ modules: [authConfig, sdk] }, environment);
  } catch (error) {
    throw error instanceof AuthConfigError ? explain(error) : error;
  }
}

function explain({ code, message, frames, missingVariable }: AuthConfigError): AppError {
  const notes = missingVariable === null ? [] : [`Set it: epigraph env set ${missingVariable} <value>`];
  return appError(code, message, locateFrames(frames), notes);
}

/** The providers, each in a few words. */
export function listProviders(json: string | null | undefined): readonly string[] {
  return (JSON.parse(json ?? "[]") as readonly AuthProvider[]).map(describeProvider);
}
