/** Secrets and settings of the server are not for app code. Windows needs the last one to start a process at all. */
const NAMES = ["PATH", "LANG", "NODE_PATH", "SystemRoot"];

/** What of this process's environment goes on to processes of Node actions, and to runners, which start those. */
export function inheritedVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
