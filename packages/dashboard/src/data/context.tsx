import { ConvexProvider, ConvexReactClient } from "convex/react";
import { createContext, type ReactNode, useContext, useEffect, useMemo } from "react";
import { AdminApi } from "./admin-api.ts";
import { LogStore } from "./log-store.ts";
import { type Right, type Rights, whyNot } from "./rights.ts";
import { ORIGIN } from "./session.ts";

interface Admin {
  readonly api: AdminApi;
  readonly logs: LogStore;
  readonly rights: Rights;
  readonly close: () => void;
}

const AdminContext = createContext<Admin | null>(null);

/** The official client says who it is for a person at an app; that an admin may too is not in its types. */
interface WithAdminAuth {
  setAdminAuth(key: string): void;
}

/** Connects everything below with the deployment, as its admin. */
export function AdminProvider({
  adminKey,
  rights,
  close,
  children,
}: {
  readonly adminKey: string;
  readonly rights: Rights;
  readonly close: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const client = useMemo(() => {
    const made = new ConvexReactClient(ORIGIN, { unsavedChangesWarning: false });
    (made as unknown as WithAdminAuth).setAdminAuth(adminKey);
    return made;
  }, [adminKey]);
  const admin = useMemo(() => {
    const api = new AdminApi(adminKey);
    return { api, logs: new LogStore(api), rights, close };
  }, [adminKey, rights, close]);
  useEffect(() => {
    if (!admin.rights.allow("ViewLogs")) return;
    admin.logs.start();
    return () => admin.logs.stop();
  }, [admin]);
  return (
    <AdminContext.Provider value={admin}>
      <ConvexProvider client={client}>{children}</ConvexProvider>
    </AdminContext.Provider>
  );
}

export function useAdmin(): Admin {
  const admin = useContext(AdminContext);
  if (admin === null) throw new Error("Nobody is signed in");
  return admin;
}

/** Why the key of this tab may not do something; null where it may. */
export function useRefusal(right: Right): string | null {
  return useAdmin().rights.allow(right) ? null : whyNot(right);
}
