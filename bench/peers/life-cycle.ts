/** The SQLite file that the benchmark named on the command line. */
export function databaseFile(): string {
  const file = process.argv[2];
  if (file === undefined) throw new Error("The first argument must be the path of the SQLite file.");
  return file;
}

/** Tells the benchmark where this server listens. */
export function announce(url: string): void {
  console.log(`listening on ${url}`);
}

/** Ends this process when the benchmark is gone, however that ended: it holds the other end of the input. */
export function endWithParent(): void {
  process.stdin.on("end", () => process.exit(0)).resume();
}
