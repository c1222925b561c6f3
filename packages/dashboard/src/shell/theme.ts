import { useEffect, useState } from "react";

export type Theme = "system" | "light" | "dark";

const KEY = "epigraph theme";
const ORDER: readonly Theme[] = ["system", "light", "dark"];

export function nextTheme(theme: Theme): Theme {
  return ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length] as Theme;
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => {
    const stored = localStorage.getItem(KEY) as Theme | null;
    return stored !== null && ORDER.includes(stored) ? stored : "system";
  });
  useEffect(() => {
    localStorage.setItem(KEY, theme);
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  return [theme, setTheme];
}
