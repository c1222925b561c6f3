export interface Picture {
  /** PNG files. */
  readonly windows: readonly Buffer[];
  /** Of a window, in pixels of the page. */
  readonly width: number;
  /** What the terminal shows, a line at a time; what begins with a dollar was typed. */
  readonly terminal: readonly string[];
}

/** A page that shows windows side by side, and a terminal below. */
export function framed({ windows, width, terminal }: Picture): string {
  const images = windows.map(
    (png) =>
      `<figure class="window"><div class="bar"></div><img width="${width}" src="data:image/png;base64,${png.toString("base64")}"></figure>`,
  );
  const lines = terminal.map(
    (line) => `<div class="${line.startsWith("$") ? "typed" : "printed"}">${escapeHtml(line)}</div>`,
  );
  return `<!doctype html><meta charset="utf-8"><style>
    * { box-sizing: border-box; margin: 0; }
    #picture { display: grid; grid-template-columns: auto auto; gap: 28px; width: max-content; padding: 36px;
      background: #c9c6ee; }
    .window { overflow: hidden; border-radius: 12px; box-shadow: 0 14px 36px #1d1b2950; background: #fff; }
    .window:nth-of-type(2) { background: #191822; }
    .bar { height: 34px; background: radial-gradient(circle 6px at 20px, #ff5f57 98%, #0000),
      radial-gradient(circle 6px at 40px, #febc2e 98%, #0000), radial-gradient(circle 6px at 60px, #28c840 98%, #0000); }
    img { display: block; }
    .terminal { grid-column: 1 / -1; padding: 18px 22px; color: #d9d7e8; background: #191822;
      font: 15px/1.65 "Liberation Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
    .printed { color: #8fd6b0; }
  </style><div id="picture">${images.join("")}<div class="window terminal">${lines.join("")}</div></div>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
