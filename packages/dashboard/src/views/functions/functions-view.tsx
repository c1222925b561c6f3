import { useQuery } from "convex/react";
import { type ReactNode, useState } from "react";
import { system } from "../../data/system.ts";
import { Empty, KindBadge, Loading } from "../../ui/basics.tsx";
import { shortPath } from "../../ui/format.ts";
import { useSearchParams } from "../../ui/search.ts";
import { FunctionDetail } from "./function-detail.tsx";
import { RouteDetail } from "./route-detail.tsx";

export default function FunctionsView(): ReactNode {
  const code = useQuery(system.functions, {});
  const [params, setParams] = useSearchParams();
  const [search, setSearch] = useState("");
  if (code === undefined) return <Loading what="functions" />;
  const modules = (code?.modules ?? []).filter(({ functions }) => functions.length > 0);
  const routes = code?.routes ?? [];
  if (modules.length === 0 && routes.length === 0) return <NoCode />;
  const matches = (text: string): boolean => text.toLowerCase().includes(search.toLowerCase());
  const shown = modules
    .map(({ path, functions }) => ({
      path,
      functions: functions.filter(({ name }) => matches(`${shortPath(path)}:${name}`)),
    }))
    .filter(({ functions }) => functions.length > 0);
  const shownRoutes = routes.filter(({ method, path }) => matches(`http ${method} ${path}`));
  const all = modules.flatMap(({ path, functions }) =>
    functions.map((info) => ({ path: `${path}:${info.name}`, info })),
  );
  const [wanted, wantedRoute] = [params.get("fn"), params.get("route")];
  const route = routes.find(({ method, path }) => `${method} ${path}` === wantedRoute);
  const found = all.find(({ path }) => path === wanted) ?? (route === undefined ? all[0] : undefined);
  const fallback = found === undefined && route === undefined ? routes[0] : route;
  return (
    <div className="split">
      <nav className="list" aria-label="Functions">
        <input
          className="input"
          type="search"
          placeholder="Search functions"
          aria-label="Search functions"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        {shownRoutes.length > 0 && <div className="group">http</div>}
        {shownRoutes.map(({ method, path }) => {
          const key = `${method} ${path}`;
          return (
            <button
              key={key}
              type="button"
              className="item"
              aria-current={fallback !== undefined && `${fallback.method} ${fallback.path}` === key}
              onClick={() => setParams({ route: key })}
            >
              <span className="badge http">{method}</span>
              <span className="ellipsis mono">{path}</span>
            </button>
          );
        })}
        {shown.map(({ path, functions }) => (
          <div key={path}>
            <div className="group">{shortPath(path)}</div>
            {functions.map(({ name, type, visibility }) => (
              <button
                key={name}
                type="button"
                className="item"
                aria-current={found?.path === `${path}:${name}`}
                onClick={() => setParams({ fn: `${path}:${name}` })}
              >
                <span className="ellipsis grow mono">{name}</span>
                {visibility === "internal" && <span className="badge">internal</span>}
                <KindBadge kind={type} />
              </button>
            ))}
          </div>
        ))}
        {shown.length === 0 && shownRoutes.length === 0 && <p className="empty">Nothing of that name.</p>}
      </nav>
      <div className="detail">
        {found !== undefined ? (
          <FunctionDetail key={found.path} path={found.path} info={found.info} />
        ) : (
          fallback !== undefined && (
            <RouteDetail key={`${fallback.method} ${fallback.path}`} route={fallback} />
          )
        )}
      </div>
    </div>
  );
}

function NoCode(): ReactNode {
  return (
    <Empty title="No functions yet">
      <p>
        Write a file in <code>convex/</code>; <code>epigraph dev</code> brings it here when you save it.
      </p>
      <pre className="code">{`import { query } from "./_generated/server";

export const hello = query(async () => "Hello!");`}</pre>
    </Empty>
  );
}
