import type { Namespace, TableNames } from "../catalogue/namespace.ts";
import { DatabaseError } from "../database-error.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { PageCursors } from "./page-cursors.ts";
import { type Page, type PageRequest, paginate } from "./paginate.ts";
import { QueryCursor } from "./query-cursor.ts";
import { planQuery } from "./query-plan.ts";

export interface FunctionQueriesOptions {
  /** Component that the function belongs to, `""` for the app. */
  readonly component: string;
  /** Whether the function is a mutation. */
  readonly writable: boolean;
  readonly cursors: PageCursors;
  /** `journal` of the run before, when the same call has run already. */
  readonly journal?: string | null;
  /** Comes between the function and what names stand for; left out where nobody wants to know which it asked for. */
  readonly watchNames?: ((names: Namespace) => TableNames) | undefined;
}

/** Rows that are given out before they are asked for, at most; and their size. */
const READ_AHEAD_ROWS = 64;
const READ_AHEAD_CHARACTERS = 64 * 1024;

/** The queries that one function call has open. Nested calls have their own, on the same transaction. */
export class FunctionQueries {
  readonly component: string;
  readonly writable: boolean;
  readonly #cursors: PageCursors;
  readonly #watchNames: ((names: Namespace) => TableNames) | undefined;
  readonly #open = new Map<number, QueryCursor>();
  #readAhead: { readonly query: QueryCursor; readonly rows: number } | null = null;
  #nextId = 0;
  #hasPaginated = false;
  readonly #lastPageEnd: string | null;
  #pageEnd: string | null = null;

  constructor(options: FunctionQueriesOptions) {
    this.component = options.component;
    this.writable = options.writable;
    this.#cursors = options.cursors;
    this.#watchNames = options.watchNames;
    this.#lastPageEnd = options.journal ?? null;
  }

  /** Where the page of this call ended, for the next run of the same call. Null when it has read none. */
  get journal(): string | null {
    return this.#pageEnd;
  }

  namespace(transaction: Transaction): TableNames {
    const names = transaction.catalogue.namespace(this.component);
    return this.#watchNames === undefined ? names : this.#watchNames(names);
  }

  /** @returns the id to go on with. */
  open(transaction: Transaction, query: unknown): number {
    const id = this.#nextId++;
    this.#open.set(id, new QueryCursor(transaction, planQuery(this.namespace(transaction), query)));
    return id;
  }

  /** The next document's text, null at the end. */
  next(id: unknown): string | null {
    return this.#find(id).next();
  }

  /**
   * What `next` would give after that, as far as it is at hand: a reader may take it from here, as long as nothing else
   * happens in the transaction, and says with `take` how much it did.
   */
  readAhead(id: unknown): readonly (string | null)[] {
    const query = this.#find(id);
    const rows = query.isReadOneByOne ? [] : query.peek(READ_AHEAD_ROWS, READ_AHEAD_CHARACTERS);
    this.#readAhead = { query, rows: rows.length };
    return rows;
  }

  /**
   * Counts what was taken of the last read-ahead as read. To be called before anything else happens.
   * @throws DatabaseError when a limit on reads is passed.
   */
  take(rows: number): void {
    if (this.#readAhead === null) return;
    const { query, rows: offered } = this.#readAhead;
    this.#readAhead = null;
    // Who does something else between two rows gets them one by one.
    if (rows < offered) query.isReadOneByOne = true;
    for (let i = 0; i < rows; i++) query.next();
  }

  #find(id: unknown): QueryCursor {
    const query = this.#open.get(id as number);
    if (query === undefined) throw new DatabaseError("CursorNotFound", "in-progress query not found");
    return query;
  }

  /** Whether there was such a query. */
  close(id: unknown): boolean {
    this.#open.get(id as number)?.close();
    return this.#open.delete(id as number);
  }

  /** Ends all queries that app code left open, when the call is over. */
  closeAll(): void {
    for (const query of this.#open.values()) query.close();
    this.#open.clear();
  }

  paginate(transaction: Transaction, request: PageRequest): Page {
    if (this.component !== "") {
      throw new DatabaseError(
        "PaginationUnsupportedInComponents",
        "paginate() is only supported in the app. Learn more at https://docs.convex.dev/components/authoring#pagination",
      );
    }
    if (this.#hasPaginated) {
      throw new DatabaseError(
        "MultiplePaginatedDatabaseQueries",
        "This query or mutation function ran multiple paginated queries. Convex only supports a single paginated query in each function.",
      );
    }
    this.#hasPaginated = true;
    const page = paginate(
      transaction,
      this.namespace(transaction),
      request,
      this.#cursors,
      this.#lastPageEnd,
    );
    this.#pageEnd = page.continueCursor;
    return page;
  }
}
