/** What one look at the machine or the settings gave. */
export interface Finding {
  /** What was looked at: `disk`. */
  readonly subject: string;
  /** `problem`: it can't work like this; `warning`: it can, and is not as it should be. */
  readonly state: "ok" | "warning" | "problem";
  /** What is so, and for anything but `ok` what to do; a sentence or two. */
  readonly text: string;
}

export function ok(subject: string, text: string): Finding {
  return { subject, state: "ok", text };
}

export function warning(subject: string, text: string): Finding {
  return { subject, state: "warning", text };
}

export function problem(subject: string, text: string): Finding {
  return { subject, state: "problem", text };
}
