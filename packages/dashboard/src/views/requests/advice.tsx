import { useQuery } from "convex/react";
import type { ReactNode } from "react";
import { type RouteInfo, system } from "../../data/system.ts";
import type { RecordedRequest } from "./recorded.ts";

/** Why a request was not answered as one might have wished, in words. */
export function Advice({ request }: { readonly request: RecordedRequest }): ReactNode {
  const code = useQuery(system.functions, {});
  const texts = [...whyNotFound(request, code?.routes ?? []), ...whyCors(request)];
  return texts.map((text) => (
    <div key={text} className="notice warn">
      {text}
    </div>
  ));
}

function whyNotFound({ end, method, url }: RecordedRequest, routes: readonly RouteInfo[]): string[] {
  if (end === "notEnabled") return ["Why 404: the app has no convex/http.ts, so there are no HTTP actions."];
  if (end !== "noRoute") return [];
  const { pathname: path } = new URL(url);
  const sameRoute = routes.filter((route) => matches(route.path, path)).map((route) => route.method);
  if (sameRoute.length > 0) {
    return [`Why 404: there is a route for ${path}, but for ${sameRoute.join(", ")} and not for ${method}.`];
  }
  const nearest = [...routes]
    .map((route) => ({ route, distance: editDistance(route.path, path) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ route }) => `${route.method} ${route.path}`);
  const rest = nearest.length === 0 ? "The router has no routes." : `The nearest are ${nearest.join(", ")}.`;
  return [`Why 404: no route matches ${method} ${path}. ${rest}`];
}

function matches(route: string, path: string): boolean {
  return route.endsWith("*") ? path.startsWith(route.slice(0, -1)) : route === path;
}

function whyCors({ method, url, headers, responseHeaders, end }: RecordedRequest): string[] {
  const origin = header(headers, "origin");
  if (origin === null || origin === new URL(url).origin || end === "running") return [];
  const allowed = header(responseHeaders, "access-control-allow-origin");
  const isPreflight = method === "OPTIONS" && header(headers, "access-control-request-method") !== null;
  const fixes: string[] = [];
  if (isPreflight && end === "noRoute") {
    return [
      "Why CORS: the browser asks first with OPTIONS, and no route answers that. Add one for the path.",
    ];
  }
  if (allowed === null) {
    fixes.push(`the answer lacks Access-Control-Allow-Origin: send it as ${origin}, or *`);
  } else if (allowed !== "*" && allowed !== origin) {
    fixes.push(`Access-Control-Allow-Origin is ${allowed}, and the page is of ${origin}`);
  }
  if (isPreflight) {
    const wanted = header(headers, "access-control-request-method") ?? "";
    const methods = header(responseHeaders, "access-control-allow-methods") ?? "";
    const isSimple = ["GET", "HEAD", "POST"].includes(wanted);
    if (!isSimple && !listHas(methods, wanted)) fixes.push(`Access-Control-Allow-Methods lacks ${wanted}`);
    const names = (header(headers, "access-control-request-headers") ?? "")
      .split(",")
      .map((name) => name.trim());
    const given = header(responseHeaders, "access-control-allow-headers") ?? "";
    for (const name of names) {
      if (name !== "" && !listHas(given, name)) fixes.push(`Access-Control-Allow-Headers lacks ${name}`);
    }
  }
  return fixes.map((fix) => `Why CORS: ${fix}.`);
}

function listHas(list: string, wanted: string): boolean {
  const parts = list.split(",").map((part) => part.trim().toLowerCase());
  return parts.includes("*") || parts.includes(wanted.toLowerCase());
}

function header(headers: RecordedRequest["headers"], name: string): string | null {
  return headers.find(([each]) => each.toLowerCase() === name)?.[1] ?? null;
}

function editDistance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (before[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (before[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    before = row;
  }
  return before[b.length] as number;
}
