import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Instance {
  readonly name: string;
  readonly secret: Uint8Array;
}

const NAME = "epigraph";
const SECRET_BYTES = 32;

/** Name and secret of the instance in a data folder; the secret is made at the first start and readable by its owner only. */
export function loadInstance(dataFolder: string): Instance {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const file = join(dataFolder, "instance.json");
  if (existsSync(file)) {
    const { name, secret } = JSON.parse(readFileSync(file, "utf8")) as { name: string; secret: string };
    return { name, secret: Buffer.from(secret, "hex") };
  }
  const secret = randomBytes(SECRET_BYTES);
  writeFileSync(file, JSON.stringify({ name: NAME, secret: secret.toString("hex") }), { mode: 0o600 });
  return { name: NAME, secret };
}
