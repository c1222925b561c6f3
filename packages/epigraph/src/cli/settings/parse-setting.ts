import { readPublicOrigin } from "../../server/public-origin.ts";
import { TrustedProxies } from "../../server/trusted-proxies.ts";
import { BadSetting } from "./setting.ts";

/* How texts become settings. Each takes the name by which the operator gave it, for what is said about a wrong one. */

const MAX_PORT = 65_535;
const SECRET = /^[0-9a-f]{64}$/i;
const INSTANCE_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

export function parseText(text: string): string {
  return text;
}

export function parsePort(text: string, name: string): number {
  return readPort(text, name, "");
}

export function parseSitePort(text: string, name: string): number | "off" {
  return text === "off" ? text : readPort(text, name, ", or off");
}

function readPort(text: string, name: string, otherwise: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= MAX_PORT) return port;
  throw new BadSetting(`${name} is a number from 0 to ${MAX_PORT}${otherwise}, not "${text}".`);
}

export function parseOrigin(text: string, name: string): string {
  const origin = readPublicOrigin(text);
  if (origin !== null) return origin;
  throw new BadSetting(
    `${name} is a URL such as https://example.com or https://example.com/backend, not "${text}".`,
  );
}

export function parseProxies(text: string, name: string): TrustedProxies {
  try {
    return new TrustedProxies(text);
  } catch (error) {
    throw new BadSetting(`${name}: ${(error as Error).message}.`);
  }
}

/** MiB. */
export function parseMaxBody(text: string, name: string): number {
  const mebibytes = Number(text);
  if (/^\d+$/.test(text) && mebibytes > 0 && Number.isSafeInteger(mebibytes * 1024 * 1024)) return mebibytes;
  throw new BadSetting(`${name} is a number of MiB, at least 1, not "${text}".`);
}

/** @param what they count: `" of seconds"`. */
export function parseBetween(first: number, last: number, what = ""): (text: string, name: string) => number {
  return (text, name) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= first && number <= last) return number;
    throw new BadSetting(`${name} is a number${what} from ${first} to ${last}, not "${text}".`);
  };
}

/** Of all there are. */
export function parseShare(text: string, name: string): number {
  const share = Number(text);
  if (/^\d*\.?\d+$/.test(text) && share <= 1) return share;
  throw new BadSetting(`${name} is a number from 0 to 1, such as 0.1, not "${text}".`);
}

/** A typing error must not show clients what should be kept from them: so only these words. */
export function parseSwitch(text: string, name: string): boolean {
  const word = text.toLowerCase();
  if (word === "true" || word === "1") return true;
  if (word === "false" || word === "0") return false;
  throw new BadSetting(`${name} is true or false, not "${text}".`);
}

export function parseChoice<T extends string>(first: T, second: T): (text: string, name: string) => T {
  return (text, name) => {
    const choice = text === first ? first : text === second ? second : null;
    if (choice !== null) return choice;
    throw new BadSetting(`${name} is ${first} or ${second}, not "${text}".`);
  };
}

export function parseInstanceName(text: string, name: string): string {
  if (INSTANCE_NAME.test(text)) return text;
  throw new BadSetting(
    `${name} is made of small letters, digits and hyphens, 63 at most, a letter or digit first, not "${text}".`,
  );
}

/** The value itself is kept out of the message. */
export function parseInstanceSecret(text: string, name: string): string {
  if (SECRET.test(text)) return text.toLowerCase();
  throw new BadSetting(
    `${name} is 64 hexadecimal digits, as \`openssl rand -hex 32\` prints them; this one has ${text.length} characters.`,
  );
}
