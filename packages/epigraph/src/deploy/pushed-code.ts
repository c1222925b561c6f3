/** A module ready for realms: wrapper form, with a map back to the app's source. */
export interface PushedModule {
  /** `messages.js`, `_deps/ABC.js`, `schema.js`, or an SDK specifier. */
  readonly path: string;
  readonly source: string;
  readonly sourceMap: string | null;
  /** SHA-256 of source and map, in hex. */
  readonly hash: string;
}

/** Everything a push activates. */
export interface PushedCode {
  readonly modules: readonly PushedModule[];
  /** Modules whose exports are analysed: the entry points. */
  readonly entryPoints: readonly string[];
  readonly schema: PushedModule | null;
}

/** A push that can't be made because of the app: message for people, the old code keeps serving. */
export class PushError extends Error {
  override readonly name = "PushError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
