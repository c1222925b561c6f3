import { useMemo } from "react";
import { navigate, useSearch } from "wouter/use-browser-location";

/** The parameters of the address as they are: the router's own hook decodes them twice, which makes `<` of `%3C`. */
export function useSearchParams(): [URLSearchParams, (next: Record<string, string>) => void] {
  const search = useSearch();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  return [params, (next) => go(new URLSearchParams(next), false)];
}

/** One parameter of the address: what is chosen survives a reload, and can be sent to somebody. */
export function useParam(name: string): [string | null, (value: string | null) => void] {
  const [params] = useSearchParams();
  const set = (value: string | null): void => {
    // Not those of the last render: several may be set before the next.
    const next = new URLSearchParams(location.search);
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
    go(next, true);
  };
  return [params.get(name), set];
}

function go(params: URLSearchParams, replace: boolean): void {
  const search = params.toString();
  navigate(location.pathname + (search === "" ? "" : `?${search}`), { replace });
}
