import { randomFillSync } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { ResultTexts } from "../../sync/result-texts.ts";
import { Sessions } from "../../sync/sessions.ts";
import { Turns } from "../../sync/turns.ts";
import { RequestIds } from "../request-ids.ts";
import type { ServerParts } from "../server-parts.ts";
import { syncAuthentication } from "./sync-authentication.ts";

/** The sessions of a server that opens, with what surrounds them. */
export function openSessions(parts: ServerParts): Sessions {
  const { functions, queries, redactErrors, reportFault, limits } = parts;
  const requestIds = new RequestIds(randomFillSync);
  return new Sessions({
    functions,
    queries,
    redactErrors,
    reportFault,
    authenticate: syncAuthentication(parts),
    texts: new ResultTexts(redactErrors),
    turns: new Turns(() => performance.now()),
    nowMs: Date.now,
    sleep: (ms) => wait(ms, undefined, { ref: false }),
    setTimer: (callback, delayMs) => {
      const timer = setTimeout(callback, delayMs).unref();
      return () => clearTimeout(timer);
    },
    newRequestId: () => requestIds.next(),
    limits: limits.sync,
  });
}
