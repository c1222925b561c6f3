// biome-ignore-all lint/suspicious/noExplicitAny: a constraint of `unknown` would refuse interfaces and break inference

/** The same members as one flat type, so that editors show fields instead of how they came about. */
export type Expand<ObjectType extends Record<any, any>> =
  ObjectType extends Record<any, any> ? { [Key in keyof ObjectType]: ObjectType[Key] } : never;

/** `Omit` that keeps index signatures beside named members. */
export type BetterOmit<T, K extends keyof T> = {
  [Property in keyof T as Property extends K ? never : Property]: T[Property];
};

/** `A | B` to `A & B`. */
export type UnionToIntersection<UnionType> = (
  UnionType extends any
    ? (member: UnionType) => void
    : never
) extends (all: infer Intersection) => void
  ? Intersection
  : never;
