import { ORIGIN } from "../../data/session.ts";
import type { ComposedRequest } from "./send-request.ts";

/** The command that sends a request, for a POSIX shell. */
export function toCurl({ method, path, headers, body }: ComposedRequest): string {
  const parts = [`curl ${method === "GET" ? "" : `-X ${method} `}${quote(`${ORIGIN}/http${path}`)}`];
  for (const line of headers.split("\n")) if (line.trim() !== "") parts.push(`-H ${quote(line.trim())}`);
  if (body !== "" && method !== "GET" && method !== "HEAD") parts.push(`--data-binary ${quote(body)}`);
  return parts.join(" \\\n  ");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
