import { Readable } from "node:stream";
import { type Browser, chromium, type Page } from "playwright-core";
import { longest, PAGE_OBSERVER, type PageNotes } from "./page-observer.ts";

export interface Target {
  readonly api: string;
  readonly adminKey: string;
}

/** How a page behaves over a table; times in milliseconds. */
export interface Manners {
  /** From the beginning of loading until the menu is there and no task of 50 ms runs that began before. */
  readonly shellReady: readonly number[];
  /** The longest task of 50 ms and more while filters were typed and taken away, and the table was scrolled; 0: none. */
  readonly longestTask: number;
  /** The longest that was done for one event, of those that are told of. */
  readonly longestEvent: number;
  /** From the key that asks until the first document is shown: by an index, and without one. */
  readonly filteredByIndex: number;
  readonly filteredWithout: number;
}

const SHELLS = 5;
const BATCH = 500;
const AUTHORS = 1_000;
const KEY = "epigraph admin key";

/** Fills the table `messages` of the app with documents, the one at a position the same whenever it is made. */
export async function fill({ api, adminKey }: Target, documents: number): Promise<void> {
  const url = `${api}/api/import?tableName=messages&format=jsonLines&mode=replace`;
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Convex ${adminKey}` },
    body: Readable.from(lines(documents)) as never,
    duplex: "half",
  } as RequestInit);
  if (!response.ok) throw new Error(await response.text());
}

function* lines(documents: number): Generator<Buffer> {
  for (let start = 0; start < documents; start += BATCH) {
    const count = Math.min(BATCH, documents - start);
    const batch = Array.from({ length: count }, (_, i) => messageAt(start + i));
    yield Buffer.from(batch.join(""));
  }
}

function messageAt(position: number): string {
  const author = `author ${position % AUTHORS}`;
  const body = `Message number ${position} of a conversation that goes on for a while`;
  return `${JSON.stringify({ author, body, likes: (position * 7) % 23 })}\n`;
}

/** Opens the dashboard in a browser, types filters as a person does, and tells how long its thread was busy. */
export async function measureManners(
  target: Target,
  { executablePath, documents }: { readonly executablePath: string; readonly documents: number },
): Promise<Manners> {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const shellReady: number[] = [];
    for (let i = 0; i < SHELLS; i++) shellReady.push(await measureShell(browser, target));
    const page = await openPage(browser, target, "/data?table=messages");
    await page.getByRole("grid").getByRole("row").nth(1).waitFor();
    const { tasks, events } = await notesOf(page);
    const middle = Math.floor(documents / 2);
    const filteredByIndex = await filter(page, "author", `author ${middle % AUTHORS}`, middle % AUTHORS);
    await unfilter(page, "author");
    // The newest come first: it is found among those that are looked at for the first page.
    const filteredWithout = await filter(page, "body", textAt(documents - 10), null);
    await unfilter(page, "body");
    await page.getByRole("grid").hover();
    for (let i = 0; i < 20; i++) await page.mouse.wheel(0, 600);
    await page.waitForTimeout(500);
    const notes = await notesOf(page);
    return {
      shellReady,
      longestTask: longest(notes.tasks.slice(tasks.length)),
      longestEvent: longest(notes.events.slice(events.length)),
      filteredByIndex,
      filteredWithout,
    };
  } finally {
    await browser.close();
  }
}

function textAt(position: number): string {
  return `Message number ${position} of a conversation that goes on for a while`;
}

/** In a browser that has nothing of the page yet. */
async function measureShell(browser: Browser, target: Target): Promise<number> {
  const page = await openPage(browser, target, "/functions");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForTimeout(500);
  const { shellMs, tasks } = await notesOf(page);
  if (shellMs === null) throw new Error("The shell has not appeared");
  await page.context().close();
  const ends = tasks
    .filter(({ startTime }) => startTime <= shellMs)
    .map(({ startTime, duration }) => startTime + duration);
  return Math.max(shellMs, ...ends);
}

async function openPage(browser: Browser, { api, adminKey }: Target, path: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addInitScript(PAGE_OBSERVER);
  await context.addInitScript(`sessionStorage.setItem(${JSON.stringify(KEY)}, ${JSON.stringify(adminKey)})`);
  const page = await context.newPage();
  await page.goto(`${api}/_dashboard${path}`);
  await page.getByRole("navigation", { name: "Views" }).waitFor();
  return page;
}

/** @param author whose documents alone are to be left; null: one document is to be left. @returns how long it took. */
async function filter(page: Page, field: string, value: string, author: number | null): Promise<number> {
  await page.getByLabel("Field").fill("");
  await page.getByLabel("Field").pressSequentially(field);
  await page.getByLabel("Value").pressSequentially(value);
  const startMs = performance.now();
  await page.keyboard.press("Enter");
  const grid = page.getByRole("grid");
  const other = author === null ? value : `author ${author}`;
  await grid.getByText(other, { exact: true }).first().waitFor();
  await page.getByLabel(`Remove the filter on ${field}`).waitFor();
  return performance.now() - startMs;
}

async function unfilter(page: Page, field: string): Promise<void> {
  await page.getByLabel(`Remove the filter on ${field}`).click();
  await page.getByLabel(`Remove the filter on ${field}`).waitFor({ state: "detached" });
  await page.getByRole("grid").getByRole("row").nth(5).waitFor();
}

async function notesOf(page: Page): Promise<PageNotes> {
  return page.evaluate<PageNotes>("window.noted");
}
