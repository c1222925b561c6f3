import type { LiveState } from "../sync/live-state.ts";
import { apiRoutes } from "./api/api-routes.ts";
import type { PublicUrls } from "./api/canonical-urls.ts";
import { Door } from "./door.ts";
import { Listener } from "./listener.ts";
import { LiveEndpoint } from "./live/live-endpoint.ts";
import { Router } from "./router.ts";
import type { ServerParts } from "./server-parts.ts";
import { openSessions } from "./sync/open-sessions.ts";
import { SyncDoor } from "./sync/sync-door.ts";
import { asksForSync } from "./sync/sync-request.ts";

export interface ServerAddresses {
  /** `127.0.0.1` for this machine only. */
  readonly host: string;
  /** Of the API origin; 0 for any free one. */
  readonly port: number;
  /** Of HTTP actions; 0 for any free one, null to have them under `/http/` of the API origin only. */
  readonly sitePort: number | null;
}

export interface RunningServer {
  /** Where the API listener is reached on this machine. No trailing slash. */
  readonly apiUrl: string;
  /** Where HTTP actions are. No trailing slash. */
  readonly siteUrl: string;
  /** The same as clients elsewhere see them: as the operator names them, or no different. */
  readonly publicUrls: PublicUrls;
  /** What is live now. */
  liveState(this: void): LiveState;
  /** Stops listening and lets running requests end, within the grace time. */
  close(): Promise<void>;
}

/**
 * Opens the door: the API origin and, on a port of its own, the site origin.
 * @throws EpigraphError `PortInUse`, `PortNotAllowed` or `AddressNotAvailable`; nothing is left open then.
 */
export async function startServer(
  parts: ServerParts,
  { host, port, sitePort }: ServerAddresses,
): Promise<RunningServer> {
  let publicUrls: PublicUrls = { apiUrl: "", siteUrl: "" };
  const live = new LiveEndpoint(parts);
  const door = new Door(parts, new Router(apiRoutes(() => publicUrls, live)));
  const { closeGraceMs, requestHeadTimeoutMs, requestTimeoutMs } = parts.limits;
  const common = { host, requestHeadTimeoutMs, requestTimeoutMs };
  const sessions = openSessions(parts);
  const sync = new SyncDoor(parts, sessions);
  const api = await Listener.open((request, response) => door.api(request, response), {
    ...common,
    port,
    upgrades: {
      accepts: asksForSync,
      handle: (request, socket, head) => sync.upgrade(request, socket, head),
    },
  });
  let site: Listener | null = null;
  if (sitePort !== null) {
    try {
      site = await Listener.open((request, response) => door.site(request, response), {
        ...common,
        port: sitePort,
      });
    } catch (error) {
      await api.close(closeGraceMs);
      throw error;
    }
  }
  const apiUrl = api.url;
  const siteUrl = site === null ? `${apiUrl}/http` : site.url;
  publicUrls = {
    apiUrl: parts.origins.api ?? apiUrl,
    siteUrl:
      parts.origins.site ??
      (site === null && parts.origins.api !== null ? `${parts.origins.api}/http` : siteUrl),
  };
  return {
    apiUrl,
    siteUrl,
    publicUrls,
    liveState: () => {
      const { streams, unsentBytes } = live.state;
      const { state } = sessions;
      return {
        ...state,
        streams,
        queries: state.queries + streams,
        unsentBytes: state.unsentBytes + unsentBytes,
      };
    },
    close: async () => {
      door.close();
      sessions.close();
      live.close();
      await Promise.all([api.close(closeGraceMs), site?.close(closeGraceMs)]);
    },
  };
}
