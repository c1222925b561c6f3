import { TestDatabase } from "../../src/database/testing/test-database.ts";
import { RemoteHost } from "../../src/store/testing/remote/remote-host.ts";
import { RemoteStore } from "../../src/store/testing/remote/remote-store.ts";
import type { InThreadApp } from "../../test/support/in-thread-app.ts";
import type { Property } from "../support/property.ts";
import { conflicts } from "./conflicts.ts";
import { keyOrder } from "./key-order.ts";
import { nestedCalls } from "./nested-calls.ts";
import { pages } from "./pages.ts";
import { past } from "./past.ts";
import { queries } from "./queries.ts";

export interface ModelProperty {
  readonly behaviour: string;
  readonly property: Property;
  /** Seeds that the tests take, so that all of them together stay quick. */
  readonly testRuns: number;
}

/** @param app runs programs: see `startProgramApp`. */
export function modelProperties(app: InThreadApp): readonly ModelProperty[] {
  const host = new RemoteHost();
  return [
    { behaviour: "keys order as the official package orders values", property: keyOrder, testRuns: 120 },
    {
      behaviour: "nested calls happen at one moment each or not at all, also raced against their callers",
      property: nestedCalls(app),
      testRuns: 300,
    },
    ...ofDatabase("SQLite", () => new TestDatabase(), 1),
    ...ofDatabase(
      "a remote store",
      () => new TestDatabase(1, (folder) => new RemoteStore(host, folder)),
      1 / 5,
    ),
  ];
}

/** @param share of the runs that a test makes. */
function ofDatabase(store: string, openDatabase: () => TestDatabase, share: number): ModelProperty[] {
  const over = (behaviour: string, property: Property, runs: number): ModelProperty => ({
    behaviour: `over ${store}, ${behaviour}`,
    property,
    testRuns: runs * share,
  });
  return [
    over(
      "queries answer as the model does, in transactions that see their own writes",
      queries(openDatabase),
      15,
    ),
    over("pages miss and repeat nothing while others write", pages(openDatabase), 40),
    over("the last 30 seconds read as they were", past(openDatabase), 15),
    over("transactions are refused exactly when what they read was written", conflicts(openDatabase), 40),
  ];
}
