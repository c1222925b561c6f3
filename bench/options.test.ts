import assert from "node:assert/strict";
import { test } from "node:test";
import { HELP, OptionsError, readOptions } from "./options.ts";
import { PARTS } from "./parts/part-names.ts";

test("without flags everything is measured", () => {
  assert.deepEqual(readOptions([]), {
    parts: [
      ...["start", "memory", "rates", "soak", "growth", "writers", "counter", "commits", "large"],
      ...["drain", "import", "upload", "streams", "inspector", "realtime"],
    ],
    peers: ["hono", "fastify", "workerd"],
    workloads: ["constant", "read", "cached", "insert"],
    connections: [1, 16, 64],
    rounds: 5,
    seconds: 2,
    sizes: [1000, 10_000, 100_000, 1_000_000, 5_000_000],
    records: 1_000_000,
    documents: 500_000,
    publish: false,
  });
});

test("flags narrow the run, and lists come in the order of the tables", () => {
  const options = readOptions([
    ...["--soak", "--rates"],
    ...["--peers", "workerd,hono", "--workloads=insert,read", "--connections", "8,2"],
    ...[
      "--rounds",
      "2",
      "--seconds",
      "1",
      "--sizes",
      "20000,1000",
      "--records",
      "5000",
      "--documents",
      "6000",
    ],
  ]);
  assert.deepEqual(options, {
    parts: ["rates", "soak"],
    peers: ["hono", "workerd"],
    workloads: ["read", "insert"],
    connections: [8, 2],
    rounds: 2,
    seconds: 1,
    sizes: [1000, 20_000],
    records: 5000,
    documents: 6000,
    publish: false,
  });
});

test("what can't be carried out is refused with the reason", () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["--peers", "express"], /--peers takes hono, fastify, workerd, not "express"\./],
    [["--workloads", ""], /--workloads takes constant, read, cached, insert, not ""\./],
    [["--rounds", "0"], /--rounds takes whole numbers from 1, not "0"\./],
    [["--seconds", "1.5"], /--seconds takes whole numbers/],
    [["--connections", "1,x"], /--connections takes whole numbers from 1, not "x"\./],
    [["--sizes", "1000,999"], /--sizes takes whole numbers from 1000, not "999"\./],
    [["--records", "10"], /--records takes whole numbers from 1000, not "10"\./],
    [["--documents", "x"], /--documents takes whole numbers from 1000, not "x"\./],
    [["--fast"], /Unknown option '--fast'/],
    [["hono"], /Unexpected argument 'hono'/],
  ];
  for (const [args, message] of cases) {
    assert.throws(
      () => readOptions(args),
      (error) => error instanceof OptionsError && message.test(error.message),
      args.join(" "),
    );
  }
});

test("only whole parts can be published", () => {
  assert.equal(readOptions(["--publish"])?.publish, true);
  assert.equal(readOptions(["--publish", "--rounds", "9", "--connections", "64,1,16,4"])?.publish, true);
  assert.deepEqual(readOptions(["--publish", "--drain", "--memory"])?.parts, ["memory", "drain"]);
  for (const narrow of [
    ["--peers=hono"],
    ["--workloads=read"],
    ["--connections=64"],
    ["--rounds=4"],
    ["--sizes=1000,10000,100000"],
    ["--records=1000"],
  ]) {
    assert.throws(() => readOptions(["--publish", ...narrow]), /--publish needs whole parts/, narrow[0]);
  }
});

test("help names every flag", () => {
  assert.equal(readOptions(["--help"]), null);
  const numbers = ["connections", "rounds", "seconds", "sizes", "records"];
  const others = ["peers", "workloads", ...numbers, "publish", "help"];
  for (const flag of [...PARTS, ...others]) assert.ok(HELP.includes(`--${flag}`), flag);
});
