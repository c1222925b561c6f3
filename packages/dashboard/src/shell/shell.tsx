import { useConvexConnectionState } from "convex/react";
import { Command, LogOut, Moon, Sun, SunMoon, WifiOff } from "lucide-react";
import { type ReactNode, Suspense, useEffect, useState } from "react";
import { Link, Redirect, Route, Router, Switch, useLocation } from "wouter";
import { useAdmin } from "../data/context.tsx";
import icon from "../icon.svg";
import { Button, Loading } from "../ui/basics.tsx";
import { Guarded } from "../ui/guarded.tsx";
import { CommandPalette } from "./command-palette.tsx";
import { ErrorBoundary } from "./error-boundary.tsx";
import { nextTheme, type Theme, useTheme } from "./theme.ts";
import { VIEWS } from "./views.ts";

const BASE = "/_dashboard";
const THEME_ICONS = { system: SunMoon, light: Sun, dark: Moon } as const;

export function Shell(): ReactNode {
  const [isPaletteOpen, setIsPaletteOpen] = useState(false);
  useEffect(() => {
    const open = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setIsPaletteOpen(true);
    };
    window.addEventListener("keydown", open);
    return () => window.removeEventListener("keydown", open);
  }, []);
  return (
    <Router base={BASE}>
      <div className="shell">
        <Menu onPalette={() => setIsPaletteOpen(true)} />
        <div className="main">
          <Disconnected />
          <Views />
        </div>
      </div>
      {isPaletteOpen && <CommandPalette onClose={() => setIsPaletteOpen(false)} />}
    </Router>
  );
}

function Views(): ReactNode {
  const [location] = useLocation();
  const view = VIEWS.find(({ path }) => location.startsWith(path));
  useEffect(() => {
    document.title = view === undefined ? "Epigraph" : `${view.title} · Epigraph`;
  }, [view]);
  return (
    <main className="main grow">
      <ErrorBoundary key={view?.path}>
        <Suspense fallback={<Loading what={view?.title.toLowerCase() ?? "the view"} />}>
          <Switch>
            {VIEWS.map(({ path, needs, component: View }) => (
              <Route key={path} path={`${path}/*?`}>
                <Guarded needs={needs}>
                  <View />
                </Guarded>
              </Route>
            ))}
            <Route>
              <Redirect to="/functions" replace />
            </Route>
          </Switch>
        </Suspense>
      </ErrorBoundary>
    </main>
  );
}

function Menu({ onPalette }: { readonly onPalette: () => void }): ReactNode {
  const [location] = useLocation();
  const { close } = useAdmin();
  const [theme, setTheme] = useTheme();
  const ThemeIcon = THEME_ICONS[theme];
  return (
    <nav className="side" aria-label="Views">
      <div className="brand">
        <img src={icon} alt="" />
        Epigraph
      </div>
      {VIEWS.map(({ path, title, icon: Icon }) => (
        <Link
          key={path}
          href={path}
          className="nav"
          aria-current={location.startsWith(path) ? "page" : undefined}
        >
          <Icon size={17} aria-hidden />
          {title}
        </Link>
      ))}
      <div className="foot">
        <Button look="plain" onClick={onPalette}>
          <Command size={15} aria-hidden /> Go to… <kbd className="muted mono">Ctrl K</kbd>
        </Button>
        <div className="row">
          <Button look="plain grow" onClick={() => setTheme(nextTheme(theme))} aria-label={`Theme: ${theme}`}>
            <ThemeIcon size={15} aria-hidden /> {themeName(theme)}
          </Button>
          <Button look="plain icon" onClick={close} aria-label="Sign out">
            <LogOut size={16} aria-hidden />
          </Button>
        </div>
      </div>
    </nav>
  );
}

function themeName(theme: Theme): string {
  return { system: "System", light: "Light", dark: "Dark" }[theme];
}

/** How long a connection may be away before it is told: each page begins without one. */
const PATIENCE_MS = 1_500;

function Disconnected(): ReactNode {
  const { isWebSocketConnected } = useConvexConnectionState();
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    if (isWebSocketConnected) return setIsLong(false);
    const timer = setTimeout(() => setIsLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isWebSocketConnected]);
  if (!isLong) return null;
  return (
    <div className="banner" role="status">
      <WifiOff size={16} aria-hidden />
      Not connected: what you see may be old. Trying again…
    </div>
  );
}
