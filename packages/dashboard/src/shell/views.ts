import {
  Activity,
  ArrowLeftRight,
  CalendarClock,
  Database,
  FileBox,
  type LucideIcon,
  ScrollText,
  Settings,
  SquareFunction,
} from "lucide-react";
import { type ComponentType, lazy } from "react";

export interface ViewInfo {
  readonly path: string;
  readonly title: string;
  readonly icon: LucideIcon;
  readonly component: ComponentType;
}

/** The views, in the order of the menu; the code of each is loaded when it is first opened. */
export const VIEWS: readonly ViewInfo[] = [
  {
    path: "/functions",
    title: "Functions",
    icon: SquareFunction,
    component: lazy(() => import("../views/functions/functions-view.tsx")),
  },
  {
    path: "/logs",
    title: "Logs",
    icon: ScrollText,
    component: lazy(() => import("../views/logs/logs-view.tsx")),
  },
  {
    path: "/requests",
    title: "Requests",
    icon: ArrowLeftRight,
    component: lazy(() => import("../views/requests/requests-view.tsx")),
  },
  {
    path: "/data",
    title: "Data",
    icon: Database,
    component: lazy(() => import("../views/data/data-view.tsx")),
  },
  {
    path: "/files",
    title: "Files",
    icon: FileBox,
    component: lazy(() => import("../views/files/files-view.tsx")),
  },
  {
    path: "/schedules",
    title: "Schedules",
    icon: CalendarClock,
    component: lazy(() => import("../views/schedules/schedules-view.tsx")),
  },
  {
    path: "/health",
    title: "Health",
    icon: Activity,
    component: lazy(() => import("../views/health/health-view.tsx")),
  },
  {
    path: "/settings",
    title: "Settings",
    icon: Settings,
    component: lazy(() => import("../views/settings/settings-view.tsx")),
  },
];
