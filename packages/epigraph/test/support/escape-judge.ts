/**
 * Source of a function that says what of the host can be reached from values: objects whose prototypes are not those of
 * this realm, and constructors that make code. It looks through properties, getters and prototypes, a few steps deep.
 */
export const JUDGE: string = `(values) => {
  const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf, apply } = Reflect;
  const found = [];
  const seen = new Set();
  const home = [Object.prototype, Function.prototype];
  const isForeign = (value) => {
    for (let at = getPrototypeOf(value), last = value; ; last = at, at = getPrototypeOf(at)) {
      // What has no prototype at all may be anybody's; constructors give it away.
      if (at === null) return last !== value && !home.includes(last) && typeof last.constructor === "function";
    }
  };
  const makesCode = (value) => {
    try { return apply(value.constructor.constructor, undefined, ["return typeof process + typeof require"])(); } catch { return null; }
  };
  const visit = (value, path, depth) => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) return;
    seen.add(value);
    try {
      if (isForeign(value)) found.push(path + " is of another realm");
      const made = makesCode(value);
      if (made !== null) found.push(path + " makes code: " + made);
      if (depth === 0) return;
      visit(getPrototypeOf(value), path + ".__proto__", depth - 1);
      for (const key of ownKeys(value)) {
        const { get, set, value: inner } = getOwnPropertyDescriptor(value, key) ?? {};
        const name = path + "." + String(key);
        visit(inner, name, depth - 1);
        visit(get, name + " get", depth - 1);
        visit(set, name + " set", depth - 1);
        if (get !== undefined) try {
          const got = value[key];
          if (got instanceof Promise) got.catch(() => {});
          visit(got, name, depth - 1);
        } catch (error) { visit(error, name + " error", 1); }
      }
    } catch (error) {
      if (isForeign(error)) found.push(path + " throws an error of another realm");
    }
  };
  for (let i = 0; i < values.length; i++) visit(values[i], "value " + i, 3);
  const names = "require module __dirname __host __kernel Deno Bun global Buffer ivm".split(" ");
  for (const name of names) if (name in globalThis) found.push(name + " is there");
  for (const name of ["binding", "pid", "mainModule", "exit", "_linkedBinding", "getBuiltinModule"]) {
    if (globalThis.process?.[name] !== undefined) found.push("process." + name + " is there");
  }
  return found;
}`;
