import { type ReactNode, useCallback, useEffect, useState } from "react";
import { AdminProvider } from "../data/context.tsx";
import type { Rights } from "../data/rights.ts";
import { checkKey, forgetKey, keyForToken, storedKey, storeKey, takeLinkToken } from "../data/session.ts";
import { Login } from "./login.tsx";
import { Shell } from "./shell.tsx";

interface Session {
  readonly key: string;
  readonly rights: Rights;
}

/** Taken when the page is loaded, once: a link is good once. */
const firstSession = openFirst(takeLinkToken());

async function openFirst(linkToken: string | null): Promise<Session | null> {
  const known = storedKey();
  let key = known;
  if (linkToken !== null) {
    // Who reloads an old link may be signed in already.
    key = await keyForToken(linkToken).catch((failure: Error) => {
      if (known === null) throw failure;
      return known;
    });
  }
  return key === null ? null : { key, rights: await checkKey(key) };
}

export function App(): ReactNode {
  const [session, setSession] = useState<Session | null>(null);
  const [isOpening, setIsOpening] = useState(true);
  const [error, setError] = useState<string | null>(null);
  const open = useCallback((key: string, rights: Rights) => {
    storeKey(key);
    setSession({ key, rights });
  }, []);
  const close = useCallback(() => {
    forgetKey();
    setSession(null);
  }, []);
  useEffect(() => {
    firstSession
      .then((first) => first !== null && open(first.key, first.rights))
      .catch((failure: Error) => setError(failure.message))
      .finally(() => setIsOpening(false));
  }, [open]);
  if (session === null && isOpening) return <p className="login muted">Opening the dashboard…</p>;
  if (session === null) return <Login onOpen={open} firstError={error} />;
  return (
    <AdminProvider adminKey={session.key} rights={session.rights} close={close}>
      <Shell />
    </AdminProvider>
  );
}
