import { relative, resolve } from "node:path";
import type { Message } from "esbuild";
import { AppError, type Problem } from "./app-error.ts";
import { type App, toPosix } from "./find-app.ts";

const NATIVE_FILE = /^No loader is configured for "\.node" files/;
const NEEDS_NODE = /^Could not resolve "(?:node:)?[\w/]+"/;

/** What esbuild found wrong with an app; other errors come back as they are. */
export function toAppError(app: App, error: unknown): unknown {
  const messages = (error as { readonly errors?: readonly Message[] }).errors;
  if (!Array.isArray(messages) || messages.length === 0) return error;
  return new AppError(
    "BundleFailed",
    (messages as readonly Message[]).map((message) => toProblem(app, message)),
  );
}

function toProblem(app: App, { text, location, notes }: Message): Problem {
  const noteTexts = notes.map((note) => note.text);
  const needsNode = NEEDS_NODE.test(text) && noteTexts.some((note) => note.includes("built into node"));
  return {
    text,
    location:
      location === null
        ? null
        : {
            file: toPosix(relative(app.folder, resolve(app.folder, location.file))),
            line: location.line,
            column: location.column,
          },
    notes: needsNode
      ? [
          'Functions run without Node\'s own modules. Move what needs them into a file of its own that has "use node"; at its top and only actions, and call those with ctx.runAction; a file without the directive must not import one that has it.',
        ]
      : NATIVE_FILE.test(text)
        ? [
            'A package with native code can\'t be bundled: name the package that the app installs under "node.externalPackages" in convex.json.',
          ]
        : noteTexts,
  };
}
