import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { listTree, measureTreeCpu, measureTreeMemory } from "./process-tree.ts";

const LINUX_ONLY = { skip: process.platform === "linux" ? false : "reads /proc" };

// A process with a child: both write a line when they are up, and end with their input.
const PARENT = `
  const { spawn } = require("node:child_process");
  const child = spawn(process.execPath, ["-e", ${JSON.stringify(`
    const kept = Buffer.alloc(64 * 1024 * 1024, 1);
    console.log(kept.length);
    process.stdin.on("end", () => process.exit()).resume();
  `)}], { stdio: ["pipe", "inherit", "inherit"] });
  process.stdin.on("end", () => process.exit()).resume();
`;

test(
  "the tree of a process is itself and its descendants, and their memory adds up",
  LINUX_ONLY,
  async () => {
    const parent = spawn(process.execPath, ["-e", PARENT], { stdio: ["pipe", "pipe", "inherit"] });
    try {
      await once(parent.stdout, "data");
      const tree = listTree(parent.pid!);
      assert.equal(tree.length, 2);
      assert.equal(tree[0], parent.pid);
      const whole = measureTreeMemory(parent.pid!)!;
      const childOnly = measureTreeMemory(tree[1]!)!;
      assert.ok(childOnly > 64 * 1024 * 1024, `the child holds 64 MiB, measured ${childOnly}`);
      assert.ok(whole > childOnly, `${whole} must be more than the ${childOnly} of the child alone`);
      const [wholeCpu, ownCpu] = [measureTreeCpu(parent.pid!)!, measureTreeCpu(tree[1]!)!];
      assert.ok(ownCpu > 0 && wholeCpu > ownCpu, `starting takes time: ${wholeCpu} s, the child ${ownCpu} s`);
      assert.ok(listTree(process.pid).includes(tree[1]!));
    } finally {
      parent.stdin.end();
      await once(parent, "exit");
    }
  },
);
