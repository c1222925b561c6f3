import assert from "node:assert/strict";
import { it } from "node:test";
import { ActionExchanges } from "./action-exchanges.ts";
import type { Exchange, ExchangeHead } from "./exchange.ts";

const LIMIT = 1000;
const HEAD: ExchangeHead = { status: 200, statusText: "OK", headers: [], hasBody: true };
const REQUEST = { url: "http://a/", method: "GET", headers: [], stream: null };

/** An exchange that is answered at once, whose body nobody reads. */
class Answered implements Exchange {
  readonly head = Promise.resolve(HEAD);
  readonly body = { read: () => Promise.resolve(null), cancel: (): void => {} };
  isOver = false;

  chunk(): "enough" {
    return "enough";
  }

  end(): void {}

  cancel(): void {
    this.isOver = true;
  }
}

it("answers that still hold a connection count against the limit, those that have arrived do not", async () => {
  const all: Answered[] = [];
  const exchanges = new ActionExchanges(() => {
    const exchange = new Answered();
    all.push(exchange);
    return exchange;
  });
  const start = (number: number): Promise<ExchangeHead> => exchanges.start(number, REQUEST, undefined);
  for (let number = 1; number <= LIMIT; number++) await start(number);
  await assert.rejects(start(LIMIT + 1), { message: /^Too many concurrent operations\. / });
  (all[0] as Answered).isOver = true;
  assert.equal(await start(LIMIT + 2), HEAD);
  await assert.rejects(start(LIMIT + 3));
  exchanges.cancel(2);
  assert.equal(await start(LIMIT + 4), HEAD);
});

it("all end with their action", async () => {
  const exchange = new Answered();
  const exchanges = new ActionExchanges(() => exchange);
  await exchanges.start(1, REQUEST, undefined);
  exchanges.cancelAll();
  assert.deepEqual([exchange.isOver, exchanges.get(1)], [true, undefined]);
});
