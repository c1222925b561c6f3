import {
  Activity,
  ArrowLeftRight,
  CalendarClock,
  Database,
  FileBox,
  History,
  type LucideIcon,
  ScrollText,
  Settings,
  SquareFunction,
} from "lucide-react";
import { type ComponentType, lazy } from "react";
import type { Right } from "../data/rights.ts";

export interface ViewInfo {
  readonly path: string;
  readonly title: string;
  readonly icon: LucideIcon;
  /** What a key has to allow for there to be anything to see. */
  readonly needs: Right;
  readonly component: ComponentType;
}

/** The views, in the order of the menu; the code of each is loaded when it is first opened. */
export const VIEWS: readonly ViewInfo[] = [
  {
    path: "/functions",
    title: "Functions",
    icon: SquareFunction,
    needs: "ViewData",
    component: lazy(() => import("../views/functions/functions-view.tsx")),
  },
  {
    path: "/logs",
    title: "Logs",
    icon: ScrollText,
    needs: "ViewLogs",
    component: lazy(() => import("../views/logs/logs-view.tsx")),
  },
  {
    path: "/requests",
    title: "Requests",
    icon: ArrowLeftRight,
    needs: "ViewLogs",
    component: lazy(() => import("../views/requests/requests-view.tsx")),
  },
  {
    path: "/data",
    title: "Data",
    icon: Database,
    needs: "ViewData",
    component: lazy(() => import("../views/data/data-view.tsx")),
  },
  {
    path: "/files",
    title: "Files",
    icon: FileBox,
    needs: "ViewData",
    component: lazy(() => import("../views/files/files-view.tsx")),
  },
  {
    path: "/schedules",
    title: "Schedules",
    icon: CalendarClock,
    needs: "ViewData",
    component: lazy(() => import("../views/schedules/schedules-view.tsx")),
  },
  {
    path: "/history",
    title: "History",
    icon: History,
    needs: "ViewData",
    component: lazy(() => import("../views/history/history-view.tsx")),
  },
  {
    path: "/health",
    title: "Health",
    icon: Activity,
    needs: "ViewMetrics",
    component: lazy(() => import("../views/health/health-view.tsx")),
  },
  {
    path: "/settings",
    title: "Settings",
    icon: Settings,
    needs: "ViewEnvironmentVariables",
    component: lazy(() => import("../views/settings/settings-view.tsx")),
  },
];
