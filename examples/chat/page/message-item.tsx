import type { Doc } from "../convex/_generated/dataModel";
import { isPending } from "./pending.ts";

interface Props {
  readonly message: Doc<"messages">;
  readonly isOwn: boolean;
  /** Goes with the message before it, which says whose it is. */
  readonly isTogether: boolean;
}

const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

export function MessageItem({ message, isOwn, isTogether }: Props) {
  const { author, body, via, _creationTime } = message;
  const classes = ["message", isOwn && "own", isTogether && "together", isPending(message) && "pending"];
  return (
    <li className={classes.filter(Boolean).join(" ")}>
      <span className="avatar" style={{ "--hue": hueOf(author) } as React.CSSProperties} aria-hidden="true">
        {via === "http" ? ">_" : [...author][0]?.toUpperCase()}
      </span>
      <div className="said">
        {!isTogether && (
          <p className="by">
            {!isOwn && <b>{author}</b>}
            {via === "http" && <span className="via">via HTTP</span>}
            <time dateTime={new Date(_creationTime).toISOString()}>{TIME.format(_creationTime)}</time>
          </p>
        )}
        <p className="body">{body}</p>
      </div>
    </li>
  );
}

/** A colour for each name. */
function hueOf(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) as number)) % 360;
  return sum;
}
