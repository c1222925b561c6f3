import type { Catalogue } from "../../database/catalogue/catalogue.ts";
import type { Snapshot } from "../../store/store.ts";
import { type Code, loadCode } from "./code.ts";

const ROOT = "";
/** The active push, and the one before it, which executions that began earlier may still run. */
const KEPT_PUSHES = 2;

/** The code of the latest pushes. */
export class CodeCache {
  readonly #codes = new Map<string, Code>();

  /** The code that is active in a snapshot, null before the first push. */
  get(snapshot: Snapshot, catalogue: Catalogue): Code | null {
    const push = catalogue.activePush(ROOT);
    if (push === null) return null;
    let code = this.#codes.get(push._id);
    if (code === undefined) {
      code = loadCode(snapshot, catalogue, push);
      this.#codes.set(push._id, code);
      const [oldest] = this.#codes.keys();
      if (this.#codes.size > KEPT_PUSHES && oldest !== undefined) this.#codes.delete(oldest);
    }
    return code;
  }
}
