import type { RunningCall } from "./action-call.ts";
import { type CallResult, plainError } from "./call-error.ts";
import type { RecordedCall } from "./call-record.ts";
import type { CallRecorder } from "./call-recorder.ts";

/** Runs what an execution calls, and takes down how that went. @throws what `run` throws. */
export async function recordOperation(
  recorder: CallRecorder,
  call: RunningCall,
  called: Pick<RecordedCall, "path" | "kind"> & { readonly argsJson: string },
  run: (call: RunningCall) => Promise<CallResult>,
): Promise<CallResult> {
  const open = recorder.begin(called.path, called.kind, called.argsJson);
  try {
    const result = await run({
      ...call,
      recorder: open.recorder,
      // What an action calls is told with that.
      explain: called.kind === "action" ? call.explain : open.explaining(call.explain),
    });
    open.end(result);
    return result;
  } catch (error) {
    open.end(plainError((error as Error).message));
    throw error;
  }
}
