import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, describe, it } from "node:test";
import { promisify } from "node:util";
import { runEpigraph } from "./support/command.ts";
import type { RunningApp } from "./support/running-app.ts";
import { example, startApp } from "./support/start-app.ts";

const README = new URL("../../../README.md", import.meta.url);

/** The same assertions whichever SDK the app's code is bundled with. */
for (const sdk of ["official", "own"] as const) {
  describe(`examples/messages with ${sdk === "official" ? "the official SDK" : "our own SDK"}`, async () => {
    const app = await startApp({ copyOf: example("messages"), sdk });
    after(() => app.stop());
    testReadme(app);
    testMessages(app);
    testEcho(app);
    testStreaming(app);
  });
}

function testReadme(app: RunningApp): void {
  it("answers the curl lines of the README as printed there", async (context) => {
    const commands = readCommands();
    assert.equal(commands.length, 4);
    for (const { line, answer } of commands) {
      const command = line.replaceAll("http://127.0.0.1:3211", app.site);
      const output = await runShell(command);
      if (output === null) return context.skip("curl is not installed");
      assert.match(output.replaceAll("\r\n", "\n"), answer, line);
    }
  });
}

function testMessages(app: RunningApp): void {
  const expected = [{ author: "User 7", body: "Sent via HTTP action: Hello" }];

  it("stores a message by POST and answers 200 with an empty body", async () => {
    const response = await postMessage(app, "User 7", "Hello");
    assert.deepEqual([response.status, await response.text()], [200, ""]);
  });

  it("lists an author's messages by query parameter", async () => {
    const response = await fetch(`${app.site}/getMessagesByAuthor?authorNumber=7`);
    assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
    assert.deepEqual(await response.json(), expected);
  });

  it("lists them by header", async () => {
    const response = await fetch(`${app.site}/getMessagesByAuthor`, { headers: { authorNumber: "7" } });
    assert.deepEqual(await response.json(), expected);
  });

  it("lists them by the rest of the path", async () => {
    for (const path of ["/getAuthorMessages/User+7", "/getAuthorMessages/User%207"]) {
      assert.deepEqual(await (await fetch(app.site + path)).json(), expected);
    }
    assert.deepEqual(await (await fetch(`${app.site}/getAuthorMessages/Nobody`)).json(), []);
  });

  it("says 400 and what is missing when no author is named", async () => {
    const response = await fetch(`${app.site}/getMessagesByAuthor`);
    assert.equal(response.status, 400);
    assert.match(await response.text(), /authorNumber/);
  });

  it("keeps each message of 200 that come at once", async () => {
    const bodies = Array.from({ length: 200 }, (_, i) => String(i));
    const answers = await Promise.all(bodies.map((body) => postMessage(app, "User 9", body)));
    assert.ok(answers.every(({ status }) => status === 200));
    const response = await fetch(`${app.site}/getMessagesByAuthor?authorNumber=9`);
    const stored = ((await response.json()) as { body: string }[]).map(({ body }) => body);
    assert.deepEqual(stored.sort(), bodies.map((body) => `Sent via HTTP action: ${body}`).sort());
  });
}

function testEcho(app: RunningApp): void {
  it("echoes a body, and lets in the page that CLIENT_ORIGIN names", async () => {
    const set = await runEpigraph([
      "env",
      "set",
      "CLIENT_ORIGIN",
      "https://page.example",
      "--dir",
      app.folder,
    ]);
    assert.equal(set.exitCode, 0, set.stderr);
    const preflight = await fetch(`${app.site}/echo`, { method: "OPTIONS" });
    assert.deepEqual([preflight.status, await preflight.text()], [204, ""]);
    assert.equal(preflight.headers.get("access-control-allow-methods"), "POST");
    const answer = await fetch(`${app.site}/echo`, { method: "POST", body: "anybody there?" });
    assert.equal(await answer.text(), "anybody there?");
    for (const { headers } of [preflight, answer]) {
      assert.equal(headers.get("access-control-allow-origin"), "https://page.example");
    }
  });
}

function testStreaming(app: RunningApp): void {
  it("streams", async () => {
    const response = await fetch(`${app.site}/countdown`);
    const chunks: string[] = [];
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) chunks.push(chunk);
    assert.deepEqual(chunks, ["3\n", "2\n", "1\n"]);
  });
}

function postMessage(app: RunningApp, author: string, body: string): Promise<Response> {
  return fetch(`${app.site}/postMessage`, { method: "POST", body: JSON.stringify({ author, body }) });
}

interface ReadmeCommand {
  readonly line: string;
  /** What the README prints; a line `…` stands for more. */
  readonly answer: RegExp;
}

function readCommands(): readonly ReadmeCommand[] {
  const [, session = ""] = /```console\n([\s\S]*?)```/.exec(readFileSync(README, "utf8")) ?? [];
  return session
    .split(/^\$ /m)
    .slice(1)
    .map((command) => {
      const [line = "", ...printed] = command.trimEnd().split("\n");
      const pattern = printed.map((text) => (text === "…" ? "[\\s\\S]*" : escapePattern(text))).join("\\n");
      return { line, answer: new RegExp(`^${pattern}\\n?$`, "i") };
    });
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** Null when the command is not there. */
async function runShell(command: string): Promise<string | null> {
  try {
    return (await promisify(execFile)("sh", ["-c", command])).stdout;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 127) return null;
    throw error;
  }
}
