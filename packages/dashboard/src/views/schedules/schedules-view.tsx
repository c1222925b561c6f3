import { Tabs } from "@base-ui/react/tabs";
import type { ReactNode } from "react";
import { useParam } from "../../ui/search.ts";
import { Crons } from "./crons.tsx";
import { Scheduled } from "./scheduled.tsx";

export default function SchedulesView(): ReactNode {
  const [tab, setTab] = useParam("tab");
  return (
    <div className="view stack">
      <h1>Schedules</h1>
      <Tabs.Root
        value={tab ?? "scheduled"}
        onValueChange={(value) => setTab(String(value))}
        className="stack"
      >
        <Tabs.List className="tabs">
          <Tabs.Tab value="scheduled" className="tab">
            Scheduled functions
          </Tabs.Tab>
          <Tabs.Tab value="crons" className="tab">
            Crons
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="scheduled" className="stack">
          <Scheduled />
        </Tabs.Panel>
        <Tabs.Panel value="crons" className="stack">
          <Crons />
        </Tabs.Panel>
      </Tabs.Root>
    </div>
  );
}
