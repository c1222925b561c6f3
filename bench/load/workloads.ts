/** What is measured, by the names that the command line takes. */
export const WORKLOADS = ["constant", "read", "cached", "insert"] as const;

export type WorkloadName = (typeof WORKLOADS)[number];

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body: string | null;
}

export interface Message {
  readonly author: string;
  readonly body: string;
}

export const WORKLOAD_TITLES: Readonly<Record<WorkloadName, string>> = {
  constant: "GET without database",
  read: "GET one indexed read of 10 documents",
  cached: "POST the same read as JSON, by the name of the query",
  insert: "POST one durable insert",
};

const AUTHORS = 500;
const MESSAGES_PER_AUTHOR = 10;
const BODY_LENGTH = 100;

/** How many messages `seedPasses` holds in all. */
export const SEEDED_MESSAGES: number = AUTHORS * MESSAGES_PER_AUTHOR;

/**
 * What the table holds before the first measurement. Messages of one pass belong to different authors: stored
 * pass by pass, each author's messages are in the same order on all servers, however a pass is spread.
 */
export function seedPasses(): readonly (readonly Message[])[] {
  return times(MESSAGES_PER_AUTHOR, (pass) => times(AUTHORS, (author) => seededMessage(author, pass)));
}

/** The answer to the read of an author, by its number. */
export function expectedRead(author: number): readonly Message[] {
  return times(MESSAGES_PER_AUTHOR, (pass) => seededMessage(author, pass));
}

export const EXPECTED_CONSTANT: { readonly message: string } = { message: "Hello from the benchmark" };

/** The requests of a workload, to be sent in turn: they spread over the keys of the index. */
export function requestsOf(workload: WorkloadName): readonly HttpRequest[] {
  switch (workload) {
    case "constant":
      return [{ method: "GET", path: "/constant", body: null }];
    case "read":
      return times(AUTHORS, readRequest);
    case "cached":
      return times(AUTHORS, queryRequest);
    case "insert":
      // Other authors than those that are read, so that a read finds 10 documents to the end.
      return times(AUTHORS, (writer) =>
        insertRequest({ author: `Writer ${writer}`, body: pad(`Written under load by ${writer}. `) }),
      );
  }
}

/** Those whose requests go to HTTP actions. */
export const OF_HTTP_ACTIONS: readonly WorkloadName[] = ["constant", "read", "insert"];

/** All workloads of HTTP actions in equal parts. */
export function mixedRequests(): readonly HttpRequest[] {
  const lists = OF_HTTP_ACTIONS.map(requestsOf);
  return times(AUTHORS, (index) => lists.map((requests) => requests[index % requests.length]!)).flat();
}

export function readRequest(author: number): HttpRequest {
  return { method: "GET", path: `/messages?author=User+${author}`, body: null };
}

/** Of the functions API: nothing changes what it reads while it is measured, so Epigraph answers from its cache. */
export function queryRequest(author: number): HttpRequest {
  const call = { path: "messages:ofAuthor", format: "json", args: { author: `User ${author}` } };
  return { method: "POST", path: "/api/query", body: JSON.stringify(call) };
}

export function insertRequest(message: Message): HttpRequest {
  return { method: "POST", path: "/messages", body: JSON.stringify(message) };
}

function seededMessage(author: number, pass: number): Message {
  return { author: `User ${author}`, body: pad(`Message ${pass} of user ${author}. `) };
}

function pad(text: string): string {
  return text.padEnd(BODY_LENGTH, "Lorem ipsum dolor sit amet, consetetur sadipscing elitr. ");
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
