import { useState } from "react";

const KEY = "name";
const NAMES = ["Ada", "Bea", "Cleo", "Dana", "Elif", "Faye", "Gus", "Hugo", "Ines", "Juri"];

/** Who sits at this window: each has a name of its own, which lasts as long as the window. */
export function useName(): [string, (name: string) => void] {
  const [name, setName] = useState(() => {
    const random = NAMES[Math.floor(Math.random() * NAMES.length)] as string;
    const first = sessionStorage.getItem(KEY) ?? random;
    sessionStorage.setItem(KEY, first);
    return first;
  });
  const change = (next: string): void => {
    sessionStorage.setItem(KEY, next);
    setName(next);
  };
  return [name, change];
}
