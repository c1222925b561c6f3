import { displayPath } from "../runtime/runner/function-path.ts";
import type { FunctionError } from "./calls.ts";

/** The failure of a call into a component that the app does not have, or that the caller can't reach. */
export function componentNotFound(path: string, componentPath: string): FunctionError {
  return {
    message: `Could not find public function for '${displayPath(path)}' in '${componentPath}'.`,
    frames: "",
    data: null,
  };
}
