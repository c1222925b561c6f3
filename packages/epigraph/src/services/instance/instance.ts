import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Who a deployment is. */
export interface Instance {
  readonly name: string;
  /** 32 bytes that only this deployment knows: admin keys and page cursors are made with it. */
  readonly secret: Uint8Array;
}

const FILE = "instance.json";
const NAME = "epigraph";
const SECRET_BYTES = 32;

/** The instance of a data folder that exists, made at the first start. The file is readable by its owner only. */
export function loadInstance(dataFolder: string): Instance {
  const path = join(dataFolder, FILE);
  if (existsSync(path)) {
    const { name, secret } = JSON.parse(readFileSync(path, "utf8")) as { name: string; secret: string };
    return { name, secret: Buffer.from(secret, "hex") };
  }
  const secret = randomBytes(SECRET_BYTES);
  writeFileSync(path, JSON.stringify({ name: NAME, secret: secret.toString("hex") }), { mode: 0o600 });
  return { name: NAME, secret };
}
