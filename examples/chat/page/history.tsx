import { usePaginatedQuery } from "convex/react";
import { api } from "../convex/_generated/api";
import { MessageItem } from "./message-item.tsx";

const FIRST_PAGE = 25;
const MORE = 25;
/** Messages of one author that follow one another within this time stand together. */
const TOGETHER_MS = 5 * 60_000;

export function History({ name }: { readonly name: string }) {
  const { results, status, loadMore } = usePaginatedQuery(
    api.messages.history,
    {},
    { initialNumItems: FIRST_PAGE },
  );
  const messages = results.toReversed();
  return (
    // Laid out from its end, it stays at the newest message, and where it is when earlier ones come.
    <section className="history">
      {status === "Exhausted" && messages.length === 0 && (
        <p className="empty">Nobody has said anything yet.</p>
      )}
      <ol>
        {messages.map((message, i) => {
          const before = messages[i - 1];
          const isTogether =
            before?.author === message.author &&
            before.via === message.via &&
            message._creationTime - before._creationTime < TOGETHER_MS;
          return (
            <MessageItem
              key={message._id}
              message={message}
              isOwn={message.author === name && message.via === "page"}
              isTogether={isTogether}
            />
          );
        })}
      </ol>
      {(status === "CanLoadMore" || status === "LoadingMore") && (
        <button
          type="button"
          className="earlier"
          disabled={status === "LoadingMore"}
          onClick={() => loadMore(MORE)}
        >
          {status === "LoadingMore" ? "Loading …" : "Earlier messages"}
        </button>
      )}
    </section>
  );
}
