import assert from "node:assert/strict";
import { after, it, mock } from "node:test";
import { BaseConvexClient } from "convex/browser";
import { WebSocket } from "ws";
import { FunctionCaller } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

type Message = Readonly<Record<string, unknown>>;

const SILENCE_MS = 60_000;
const STEP_MS = 100;

/** Waits until something is so, with a client whose timers stand still. */
async function until(isSo: () => boolean, beforeEach: () => void = () => {}): Promise<void> {
  const endMs = performance.now() + 20_000;
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error("It never came to pass");
    beforeEach();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it("the official client comes back, as who it was, after a minute in which it heard nothing", async () => {
  // In a process of its own, whose timers go on.
  const app = await startApp({ copyOf: fixture("sync") });
  after(() => app.stop());
  const functions = new FunctionCaller(app);
  const sent: Message[] = [];
  class RecordingWebSocket extends WebSocket {
    override send(text: unknown): void {
      sent.push(JSON.parse(text as string) as Message);
      super.send(text as string);
    }
  }
  const connects = (): Message[] => sent.filter(({ type }) => type === "Connect");
  mock.timers.enable({ apis: ["setTimeout"] });
  after(() => mock.timers.reset());
  const client = new BaseConvexClient(app.api, () => {}, {
    webSocketConstructor: RecordingWebSocket as unknown as typeof globalThis.WebSocket,
    logger: false,
  });
  const shown = (): unknown => client.localQueryResult("messages:list", {});
  client.subscribe("messages:list", {});
  await until(() => shown() !== undefined);
  assert.deepEqual(
    connects().map(({ lastCloseReason }) => lastCloseReason),
    ["InitialConnect"],
  );
  // Nothing can arrive meanwhile.
  mock.timers.tick(SILENCE_MS);
  await until(
    () => connects().length === 2,
    () => mock.timers.tick(STEP_MS),
  );
  const [first, second] = connects();
  assert.equal(second?.["lastCloseReason"], "InactiveServer");
  assert.equal(second?.["sessionId"], first?.["sessionId"]);
  await functions.mutation("messages:send", { body: "after it" });
  await until(() => JSON.stringify(shown()) === '["after it"]');
  await client.close();
});
