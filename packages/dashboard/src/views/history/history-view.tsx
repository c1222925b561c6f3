import { Tabs } from "@base-ui/react/tabs";
import type { ReactNode } from "react";
import { Guarded } from "../../ui/guarded.tsx";
import { useParam } from "../../ui/search.ts";
import { AuditLog } from "./audit-log.tsx";
import { Pushes } from "./pushes.tsx";

export default function HistoryView(): ReactNode {
  const [tab, setTab] = useParam("tab");
  return (
    <div className="view stack">
      <h1>History</h1>
      <Tabs.Root value={tab ?? "pushes"} onValueChange={(value) => setTab(String(value))} className="stack">
        <Tabs.List className="tabs">
          <Tabs.Tab value="pushes" className="tab">
            Pushes
          </Tabs.Tab>
          <Tabs.Tab value="events" className="tab">
            Everything
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="pushes" className="stack">
          <Pushes />
        </Tabs.Panel>
        <Tabs.Panel value="events" className="stack">
          <Guarded needs="ViewAuditLog">
            <AuditLog />
          </Guarded>
        </Tabs.Panel>
      </Tabs.Root>
    </div>
  );
}
