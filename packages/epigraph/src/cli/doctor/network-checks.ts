import { createServer } from "node:net";
import { WebSocket } from "ws";
import type { Settings } from "../settings/settings.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";

const WAIT_MS = 5000;
const SKEW_MS = 5000;
const EVERYBODY = /(?:^|,)\s*(?:0\.0\.0\.0\/0|::\/0)\s*(?:,|$)/;

/** @param servedPort port on which this very deployment listens, which is therefore not free. */
export async function checkPort(
  subject: string,
  {
    host,
    port,
    servedPort,
  }: { readonly host: string; readonly port: number; readonly servedPort: number | null },
): Promise<Finding> {
  if (port === servedPort) return ok(subject, `${port} is served by this deployment`);
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
    return ok(subject, `${port} is free on ${host}`);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const option = subject === "port" ? "--port" : "--site-port";
    if (code === "EADDRINUSE") {
      return problem(
        subject,
        `Port ${port} is in use: stop what listens there, or choose another one with ${option}.`,
      );
    }
    if (code === "EACCES") {
      return problem(
        subject,
        `Port ${port} is for the system's own services: choose one above 1023 with ${option}, and put a proxy before it.`,
      );
    }
    return problem(subject, `Nothing can listen on ${host}, port ${port} (${message}): correct --host.`);
  } finally {
    server.close();
  }
}

export function checkProxies({ trustedProxies }: { readonly trustedProxies: string | null }): Finding {
  if (trustedProxies !== null && EVERYBODY.test(trustedProxies)) {
    return warning(
      "proxies",
      "Everybody counts as a proxy, so anybody can say which address a request comes from: name the addresses of your proxies with --trusted-proxies.",
    );
  }
  return ok("proxies", trustedProxies ?? "those on this machine");
}

/** Looks at a public URL as clients would. */
export async function checkOrigin(
  origin: string,
  { instanceName, nowMs }: { readonly instanceName: string | null; readonly nowMs: () => number },
): Promise<readonly Finding[]> {
  const subject = "public URL";
  let response: Response;
  try {
    response = await fetch(`${origin}/instance_name`, {
      signal: AbortSignal.timeout(WAIT_MS),
      redirect: "manual",
    });
  } catch (error) {
    const why = (error as Error & { cause?: Error }).cause?.message ?? (error as Error).message;
    return [
      problem(
        subject,
        `${origin} does not answer (${why}): is the deployment running, and does the name lead to the proxy?`,
      ),
    ];
  }
  const name = (await response.text()).trim();
  if (response.status !== 200) {
    return [
      problem(
        subject,
        `${origin}/instance_name is answered with ${response.status}, not by Epigraph: let the proxy pass on everything below ${origin}, with its path cut off.`,
      ),
    ];
  }
  if (instanceName !== null && name !== instanceName) {
    return [
      problem(
        subject,
        `${origin} leads to a deployment "${name.slice(0, 60)}", not to "${instanceName}": correct the proxy.`,
      ),
    ];
  }
  const findings = [
    /^http:\/\/(?!localhost|127\.|\[::1\])/.test(origin)
      ? warning(subject, `${origin} is not encrypted: serve it with TLS, and set the URL to https.`)
      : ok(subject, `${origin} leads to ${name}`),
  ];
  const skewMs = Date.parse(response.headers.get("date") ?? "") - nowMs();
  if (Math.abs(skewMs) > SKEW_MS) {
    findings.push(
      warning(
        "clock",
        `The clock of ${origin} differs from this one by ${Math.round(skewMs / 1000)} seconds: keep both in step with NTP.`,
      ),
    );
  }
  findings.push(await checkWebSocket(origin));
  return findings;
}

function checkWebSocket(origin: string): Promise<Finding> {
  const subject = "WebSocket";
  return new Promise((resolve) => {
    const socket = new WebSocket(`${origin.replace(/^http/, "ws")}/api/1.48.0/sync`, {
      handshakeTimeout: WAIT_MS,
    });
    socket.once("open", () => {
      socket.close();
      resolve(ok(subject, "live queries reach the deployment"));
    });
    socket.once("error", ({ message }) =>
      resolve(
        problem(
          subject,
          `No WebSocket reaches the deployment through ${origin} (${message}): let the proxy pass on the headers Upgrade and Connection, as docs/SELF_HOSTING.md shows.`,
        ),
      ),
    );
  });
}

/** Any answer will do: what HTTP actions there are is the app's affair. */
export async function checkSiteOrigin(origin: string): Promise<Finding> {
  try {
    const { status } = await fetch(origin, { signal: AbortSignal.timeout(WAIT_MS), redirect: "manual" });
    if (status === 502 || status === 503 || status === 504) {
      return problem(
        "public URL of HTTP actions",
        `${origin} answers ${status}: the proxy does not reach the deployment. Correct its address or port.`,
      );
    }
    return ok("public URL of HTTP actions", `${origin} answers`);
  } catch (error) {
    const why = (error as Error & { cause?: Error }).cause?.message ?? (error as Error).message;
    return problem(
      "public URL of HTTP actions",
      `${origin} does not answer (${why}): does the name lead to the proxy?`,
    );
  }
}

export function checkHost({ host, cloudOrigin }: Pick<Settings, "host" | "cloudOrigin">): Finding {
  const isOpen = host === "0.0.0.0" || host === "::";
  if (isOpen && cloudOrigin === null) {
    return warning(
      "host",
      `Every address of the machine is listened on, and no public URL is set, so URLs of files name ${host}: set CONVEX_CLOUD_ORIGIN and CONVEX_SITE_ORIGIN.`,
    );
  }
  return ok("host", host);
}
