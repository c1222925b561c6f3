// Loaded in front of a process that must not be durable: whatever it asks of SQLite, files are never synced.
import { DatabaseSync } from "node:sqlite";

const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (sql: string): void {
  exec.call(this, sql.replaceAll(/synchronous = \w+/g, "synchronous = OFF"));
};
