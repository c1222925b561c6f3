import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "acorn";
import { patchesIntrinsics } from "./patches-intrinsics.ts";

function patches(source: string): boolean {
  return patchesIntrinsics(parse(source, { ecmaVersion: "latest", sourceType: "script" }));
}

describe("a module may change what belongs to the language", () => {
  for (const source of [
    `globalThis.x = 1;`,
    `self["x"] ??= 1;`,
    `delete globalThis.x;`,
    `Date = class {};`,
    `[Date] = [1];`,
    `({ a: Date } = {});`,
    `for (Math.x of [1]);`,
    `for (const key in {}) Math[key] = 1;`,
    `({ a: Math.x } = {});`,
    `[...Math.x] = [1];`,
    `Math.x++;`,
    `Array.prototype.last = function () {};`,
    `Array.prototype.map.x = 1;`,
    `[].constructor.prototype.x = 1;`,
    `({}).__proto__.x = 1;`,
    `const P = Array.prototype; function f() { P.x = 1; }`,
    `const { prototype } = Array; prototype.x = 1;`,
    `let root; root = globalThis; root.x = 1;`,
    `const root = typeof globalThis === "object" ? globalThis : self; root.x = 1;`,
    `const g = globalThis; g.self.x = 1;`,
    `function f(type) { type.prototype.x = 1; }`,
    `for (const type of [Map, Set]) type.prototype.x = 1;`,
    `Object.defineProperty(globalThis, "x", {});`,
    `Object.assign(Array.prototype, {});`,
    `Reflect.set(Math, "x", 1);`,
    `const { defineProperty } = Object; defineProperty(Math, "x", {});`,
    `const define = Object.defineProperty; define(Math, "x", {});`,
    `Object.setPrototypeOf(Array.prototype, null);`,
    `Object.freeze(Array.prototype);`,
    `Array.prototype.__defineGetter__("x", () => 1);`,
    `Object.getPrototypeOf(async () => {}).x = 1;`,
    `const proto = Reflect.getPrototypeOf([].values()); proto.next = 1;`,
    `const env = process.env; env.X = 1;`,
    `Convex.syscall = 1;`,
    `f(globalThis);`,
    `(function (root) { root.x = 1; })(globalThis);`,
    `const root = { global: globalThis };`,
    `const getGlobal = () => globalThis;`,
    `patch(Array.prototype);`,
    `exports.p = Promise.prototype;`,
    `(0, Error).stackTraceLimit = 1;`,
  ]) {
    it(source, () => assert.equal(patches(source), true));
  }
});

describe("a module leaves alone what belongs to the language", () => {
  for (const source of [
    `const has = Object.prototype.hasOwnProperty; has.call({}, "x");`,
    `Array.prototype.slice.call([]);`,
    `const root = globalThis; root.Date.now(); typeof root.x;`,
    `if (typeof globalThis !== "undefined" && globalThis.crypto) globalThis.crypto.randomUUID();`,
    `const proto = Object.getPrototypeOf({}); proto === null || proto === Object.prototype; is(proto);`,
    `class A {} A.prototype.x = 1; A.x = 1; Object.defineProperty(A.prototype, "y", {});`,
    `function A() {} A.prototype.x = 1; A.prototype.constructor = A;`,
    `const A = /* @__PURE__ */ (() => { function A() {} A.prototype.x = 1; return A; })();`,
    `var A = class _A { static { __name(this, "A"); } }; A.x = 1;`,
    `function extend(child, parent) { child.prototype = Object.create(parent.prototype); }`,
    `var __defProp = Object.defineProperty; var f = (target, all) => { for (var name in all) __defProp(target, name, { get: all[name] }); };`,
    `class A extends Error { constructor() { super(); this.name = "A"; Error.captureStackTrace(this, A); Object.setPrototypeOf(this, new.target.prototype); } }`,
    `const cache = new Map(); cache.set(Date, 1); Object.assign({}, Math);`,
    `module.exports = { a: 1 }; exports.b = 2;`,
    `function f(Date) { Date.x = 1; Date = 2; }`,
    `let local; local = 1; const o = {}; o.x = local; [o.y] = [1];`,
    `isInstance(Date); const types = [Map, Set, File];`,
    `const now = Date.now(); const id = crypto.randomUUID();`,
    `console.log(process.env.X);`,
  ]) {
    it(source, () => assert.equal(patches(source), false));
  }
});
