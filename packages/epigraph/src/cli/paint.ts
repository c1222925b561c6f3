import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Writes text in a style where colours are wanted. */
export type Paint = (style: Style, text: string) => string;

export function makePaint(color: boolean): Paint {
  // Whether the stream is a terminal has been decided already.
  return color ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text;
}
