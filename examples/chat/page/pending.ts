import type { Doc, Id } from "../convex/_generated/dataModel";

const PREFIX = "pending-";

/** A message as it is going to be, until the server has it. */
export function pendingMessage(author: string, body: string): Doc<"messages"> {
  return {
    _id: `${PREFIX}${crypto.randomUUID()}` as Id<"messages">,
    _creationTime: Date.now(),
    author,
    body,
    via: "page",
  };
}

export function isPending({ _id }: Doc<"messages">): boolean {
  return _id.startsWith(PREFIX);
}
