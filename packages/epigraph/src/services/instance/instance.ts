import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Who a deployment is. */
export interface Instance {
  readonly name: string;
  /** 32 bytes that only this deployment knows: admin keys, page cursors and upload URLs are made with it. */
  readonly secret: Uint8Array;
}

/** What the operator says of it; null: it stays as it is, or is made. */
export interface GivenInstance {
  readonly name: string | null;
  readonly secret: Uint8Array | null;
}

export const INSTANCE_FILE = "instance.json";
const NAME = "epigraph";
const SECRET_BYTES = 32;

/**
 * The instance of a data folder that exists, made at the first start; what is given is kept, so that commands that find
 * the folder alone know it too. The file is readable by its owner only.
 */
export function loadInstance(
  dataFolder: string,
  given: GivenInstance = { name: null, secret: null },
): Instance {
  const kept = readInstance(dataFolder);
  const name = given.name ?? kept?.name ?? NAME;
  const secret = given.secret ?? kept?.secret ?? randomBytes(SECRET_BYTES);
  const isKept = kept !== null && kept.name === name && Buffer.compare(kept.secret, secret) === 0;
  if (!isKept) writeInstance(dataFolder, { name, secret });
  return { name, secret };
}

/** The instance of a data folder; null when it has none. */
export function readInstance(dataFolder: string): Instance | null {
  const path = join(dataFolder, INSTANCE_FILE);
  if (!existsSync(path)) return null;
  const { name, secret } = JSON.parse(readFileSync(path, "utf8")) as { name: string; secret: string };
  return { name, secret: Buffer.from(secret, "hex") };
}

/** At once or not at all: half a secret would lock everybody out. */
function writeInstance(dataFolder: string, instance: Instance): void {
  const path = join(dataFolder, INSTANCE_FILE);
  writeFileSync(`${path}.partial`, instanceJson(instance), { mode: 0o600, flush: true });
  renameSync(`${path}.partial`, path);
}

/** As it is kept. */
export function instanceJson({ name, secret }: Instance): string {
  return JSON.stringify({ name, secret: Buffer.from(secret).toString("hex") });
}
