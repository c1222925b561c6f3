import { mkdirSync } from "node:fs";
import { RealtimeServer } from "../realtime/realtime-server.ts";
import { measureOpenStreams } from "../realtime/streams.ts";
import type { StreamsResult } from "../report/service-result.ts";
import type { StartOptions } from "../servers/start-server.ts";

const STREAMS = 1000;

/** Opens many responses that go on, and reads the memory of the server while they do. */
export async function measureStreams(options: StartOptions): Promise<StreamsResult> {
  mkdirSync(options.folder, { recursive: true });
  await using server = await RealtimeServer.start(options);
  return await measureOpenStreams(server, STREAMS);
}
