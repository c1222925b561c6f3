import { readInstance } from "../services/instance/instance.ts";
import { firstAdminKey } from "../services/keys/admin-keys.ts";
import type { KeyDescription } from "../services/keys/stored-keys.ts";
import { answerError, findConnection, request, type Target } from "./connection.ts";
import type { CliIo } from "./io.ts";
import { CommandError, UsageError } from "./usage-error.ts";

export interface AdminKeyOptions {
  readonly target: Target;
  /** Where `show` finds the deployment; absolute. */
  readonly dataFolder: string;
  /** `full`, `deploy` or `readOnly`. */
  readonly scope: string | null;
  readonly json: boolean;
  /** `list`, `create NAME` or `revoke NAME`. */
  readonly words: readonly string[];
}

/** Shows the first admin key of a data folder; makes, lists and revokes the others through the deployment. */
export async function runAdminKey(options: AdminKeyOptions, io: CliIo): Promise<number> {
  const { target, dataFolder, scope, json, words } = options;
  const [action, name, ...others] = words;
  const ask = async (path: string, body: unknown): Promise<string> => {
    const response = await request(findConnection(target, io), path, body, io.signal);
    if (response.status !== 200) throw answerError(response);
    return response.text;
  };
  if (action === "show" && name === undefined) {
    const key = firstKey(dataFolder);
    io.stdout(`${json ? JSON.stringify({ key }) : key}\n`);
    return 0;
  }
  if (action === "list" && name === undefined) {
    const { keys } = JSON.parse(await ask("/api/epigraph/keys", null)) as {
      readonly keys: readonly KeyDescription[];
    };
    io.stdout(json ? `${JSON.stringify(keys, null, 2)}\n` : keys.map(describe).join(""));
    return 0;
  }
  if (action === "create" && name !== undefined && others.length === 0) {
    const body = scope === null ? { name } : { name, scope };
    const { key } = JSON.parse(await ask("/api/epigraph/create_key", body)) as { readonly key: string };
    io.stdout(`${json ? JSON.stringify({ key }) : key}\n`);
    return 0;
  }
  if (action === "revoke" && name !== undefined && others.length === 0) {
    await ask("/api/epigraph/revoke_key", { name });
    io.stderr(`Revoked ${name}\n`);
    return 0;
  }
  throw new UsageError("The form is: epigraph admin-key show, list, create NAME or revoke NAME.");
}

/** Follows from name and secret of the deployment, whether it runs or not. */
function firstKey(dataFolder: string): string {
  const instance = readInstance(dataFolder);
  if (instance !== null) return firstAdminKey({ instanceName: instance.name, secret: instance.secret });
  throw new CommandError(
    `There is no deployment in ${dataFolder}: name its folder with --data, or start it once with \`epigraph serve\`.`,
  );
}

function describe({ name, scope, createdMs, revokedMs }: KeyDescription): string {
  const revoked = revokedMs === null ? "" : `  revoked ${new Date(revokedMs).toISOString()}`;
  return `${name}  ${scope}  ${new Date(createdMs).toISOString()}${revoked}\n`;
}
