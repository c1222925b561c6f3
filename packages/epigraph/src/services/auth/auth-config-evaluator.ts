import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { AnalysisRequest } from "../../functions/analyse-job.ts";
import type { AnalysisOutcome } from "../../runtime/runner/messages.ts";
import { invalidAuthConfig, parseAuthConfig } from "./parse-auth-config.ts";

/** The bundled module, path `auth.config.js`, and the SDK, path `_sdk.js`. */
export type AuthConfigCode = Pick<AnalysisRequest, "modules">;

export interface AuthConfigEvaluatorOptions {
  /** Has a runner evaluate modules. */
  readonly run: (request: AnalysisRequest) => Promise<AnalysisOutcome>;
  /** Variables of the host, unless others stand in for them. */
  readonly builtIn: () => Readonly<Record<string, string>>;
}

export const AUTH_CONFIG_PATH = "auth.config.js";

/** An auth config failed while it was evaluated, or is not what it must be. */
export class AuthConfigError extends EpigraphError {
  /** Where it failed, source-mapped, each `    at …` and a newline; may be empty. */
  readonly frames: string;
  /** The environment variable that is not set; null when something else is wrong. */
  readonly missingVariable: string | null;

  constructor(error: EpigraphError, frames: string, missingVariable: string | null) {
    super(error.code, error.message, { cause: error });
    this.frames = frames;
    this.missingVariable = missingVariable;
  }
}

/** The module may read neither clock nor chance, so there is nothing to draw from. */
const NO_SEED = "00".repeat(32);
const MISSING =
  /^Uncaught Error: (Environment variable (\S+) is used in auth config file but its value was not set)$/;

/** Finds out which providers the app's `auth.config` names, which may depend on environment variables. */
export class AuthConfigEvaluator {
  readonly #options: AuthConfigEvaluatorOptions;

  constructor(options: AuthConfigEvaluatorOptions) {
    this.#options = options;
  }

  /**
   * @returns the providers as the catalogue keeps them, JSON text.
   * @throws AuthConfigError
   */
  async evaluate(
    { modules }: AuthConfigCode,
    environment: Readonly<Record<string, string>>,
  ): Promise<string> {
    const outcome = await this.#options.run({
      modules,
      paths: [AUTH_CONFIG_PATH],
      packagesFolder: null,
      environment: { ...this.#options.builtIn(), ...environment },
      importSeed: NO_SEED,
      importTimeMs: 0,
    });
    if (outcome.type === "error") {
      const { message, frames } = outcome.error;
      const [, text, name] = MISSING.exec(message) ?? [];
      const error =
        text === undefined
          ? invalidAuthConfig(message.replace(/^Uncaught Error: /, ""))
          : new EpigraphError("AuthConfigMissingEnvironmentVariable", text);
      throw new AuthConfigError(error, frames, name ?? null);
    }
    const { authConfig } = JSON.parse(outcome.modules[AUTH_CONFIG_PATH] as string) as {
      readonly authConfig?: unknown;
    };
    try {
      return JSON.stringify(parseAuthConfig(authConfig));
    } catch (error) {
      if (!(error instanceof EpigraphError)) throw error;
      throw new AuthConfigError(error, "", null);
    }
  }
}
