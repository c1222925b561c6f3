import { useCallback, useEffect, useState } from "react";
import type { AdminApi } from "../../data/admin-api.ts";
import { useAdmin } from "../../data/context.tsx";
import type { RecordedRequest, RequestList } from "./recorded.ts";

const REFRESH_MS = 500;

/** The list, asked for again and again while the page is looked at. */
export function useRequests(): {
  readonly answer: RequestList | null;
  readonly api: AdminApi;
  readonly error: string | null;
} {
  const { api } = useAdmin();
  const ask = useCallback(() => api.get<RequestList>("/_dashboard/api/requests"), [api]);
  return { api, ...usePolled(ask) };
}

export function useRequest(id: number): {
  readonly answer: RecordedRequest | null;
  readonly error: string | null;
} {
  const { api } = useAdmin();
  const ask = useCallback(() => api.get<RecordedRequest>(`/_dashboard/api/requests/${id}`), [api, id]);
  return usePolled(ask);
}

function usePolled<T>(ask: () => Promise<T>): { readonly answer: T | null; readonly error: string | null } {
  const [answer, setAnswer] = useState<T | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    let [isOver, last] = [false, ""];
    let timer: ReturnType<typeof setTimeout>;
    const again = async (): Promise<void> => {
      if (!document.hidden || last === "") {
        try {
          const next = await ask();
          const text = JSON.stringify(next);
          if (isOver) return;
          if (text !== last) setAnswer(next);
          last = text;
          setError(null);
        } catch (failure) {
          if (!isOver) setError((failure as Error).message);
        }
      }
      if (!isOver) timer = setTimeout(() => void again(), REFRESH_MS);
    };
    void again();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [ask]);
  return { answer, error };
}
