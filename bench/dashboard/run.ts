// Measures how the dashboard behaves over a large table: npm run bench:dashboard -- [--documents 1000000]
import { parseArgs } from "node:util";
import { findChromium } from "../../packages/epigraph/test/support/browser.ts";
import { fixture, startApp } from "../../packages/epigraph/test/support/start-app.ts";
import { fill, measureManners } from "./measure-manners.ts";

const { values } = parseArgs({ options: { documents: { type: "string", default: "1000000" } } });
const documents = Number(values.documents);
if (!Number.isInteger(documents) || documents < 1_000)
  throw new Error("--documents: expected a number from 1000");
const chrome = findChromium();
if ("missing" in chrome) throw new Error(chrome.missing);

await using app = await startApp({ copyOf: fixture("dashboard") });
console.log(`filling a table with ${documents} documents…`);
await fill(app, documents);
const manners = await measureManners(app, { executablePath: chrome.path, documents });
const { shellReady, longestTask, longestEvent, filteredByIndex, filteredWithout } = manners;
const sorted = shellReady.toSorted((a, b) => a - b);
console.log(
  `shell: can be used after ${ms(sorted[Math.floor(sorted.length / 2)])}, at worst ${ms(sorted.at(-1))}`,
);
console.log(
  `filters over ${documents} documents: the page's thread was busy for ${longestTask === 0 ? "less than 50 ms" : ms(longestTask)} at a stretch, for one event ${ms(longestEvent)}`,
);
console.log(`first document: ${ms(filteredByIndex)} by an index, ${ms(filteredWithout)} without`);

function ms(time: number | undefined): string {
  return `${(time ?? 0).toFixed(0)} ms`;
}
