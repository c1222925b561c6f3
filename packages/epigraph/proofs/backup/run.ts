// The long form: npm run proof:backup -- --rounds 3
import { readProofOptions, seedsOf } from "../support/proof-options.ts";
import { proveBackup } from "./backup-proof.ts";

const MEGABYTES = 200;

for (const _ of seedsOf(readProofOptions())) {
  const { problems, backup, backupMs, without, during } = await proveBackup({
    megabytes: MEGABYTES,
    ms: 5000,
  });
  console.log(`${Math.round(backup.bytes / 1e6)} MB copied in ${Math.round(backupMs)} ms`);
  console.log(`commits without a backup: ${describe(without)}`);
  console.log(`commits during one:       ${describe(during)}`);
  if (problems.length > 0) {
    console.error(problems.join("\n"));
    process.exitCode = 1;
    break;
  }
}

function describe(durationsMs: readonly number[]): string {
  const sorted = durationsMs.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    `${(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1)} ms`;
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)} (${sorted.length})`;
}
