import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PAGE = fileURLToPath(new URL("page", import.meta.url));

/** What the page must know. */
export interface Settings {
  readonly apiUrl: string;
  readonly siteUrl: string;
  readonly issuer: string;
  readonly clientId: string;
}

/** Serves the page, for which `settings` are there a little later. */
export async function startPageServer(port: number, settings: Promise<Settings>): Promise<string> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://page");
    if (pathname === "/") {
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.end(readFileSync(`${PAGE}/index.html`));
    } else if (pathname === "/main.js") {
      await settings;
      response.setHeader("content-type", "text/javascript; charset=utf-8");
      response.end(await bundle());
    } else if (pathname === "/settings.json") {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(await settings));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function bundle(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [`${PAGE}/main.ts`],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  return (outputFiles[0] as { contents: Uint8Array }).contents;
}
