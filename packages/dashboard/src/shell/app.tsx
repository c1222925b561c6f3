import { type ReactNode, useCallback, useEffect, useState } from "react";
import { AdminProvider } from "../data/context.tsx";
import { forgetKey, keyForToken, storedKey, storeKey, takeLinkToken } from "../data/session.ts";
import { Login } from "./login.tsx";
import { Shell } from "./shell.tsx";

/** Taken when the page is loaded, once: a link is good once. */
const linkToken = takeLinkToken();
const opened = linkToken === null ? null : keyForToken(linkToken);

export function App(): ReactNode {
  const [key, setKey] = useState<string | null>(() => (opened === null ? storedKey() : null));
  const [isOpening, setIsOpening] = useState(opened !== null);
  const [error, setError] = useState<string | null>(null);
  const open = useCallback((given: string) => {
    storeKey(given);
    setKey(given);
  }, []);
  const close = useCallback(() => {
    forgetKey();
    setKey(null);
  }, []);
  useEffect(() => {
    opened
      ?.then(open, (failure: Error) => {
        // Who reloads an old link may be signed in already.
        const known = storedKey();
        if (known === null) setError(failure.message);
        else open(known);
      })
      .finally(() => setIsOpening(false));
  }, [open]);
  if (isOpening) return <p className="login muted">Opening the dashboard…</p>;
  if (key === null) return <Login onOpen={open} firstError={error} />;
  return (
    <AdminProvider adminKey={key} close={close}>
      <Shell />
    </AdminProvider>
  );
}
