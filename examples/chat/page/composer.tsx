import { insertAtTop, useMutation } from "convex/react";
import { ConvexError } from "convex/values";
import { type FormEvent, useState } from "react";
import { api } from "../convex/_generated/api";
import { pendingMessage } from "./pending.ts";

export function Composer({ name }: { readonly name: string }) {
  const [body, setBody] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  // Shown before the server has answered, and replaced by what it makes of it.
  const send = useMutation(api.messages.send).withOptimisticUpdate((localQueryStore, message) => {
    insertAtTop({
      paginatedQuery: api.messages.history,
      localQueryStore,
      item: pendingMessage(message.author, message.body),
    });
  });

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (body.trim() === "") return;
    setBody("");
    setProblem(null);
    try {
      await send({ author: name, body: body.trim() });
    } catch (error) {
      setBody(body);
      setProblem(error instanceof ConvexError ? String(error.data) : "That could not be sent");
    }
  }

  return (
    <form className="composer" onSubmit={submit}>
      {problem !== null && <p role="alert">{problem}</p>}
      <input
        aria-label="Message"
        placeholder="Say something"
        maxLength={2000}
        autoComplete="off"
        value={body}
        onChange={({ target }) => setBody(target.value)}
      />
      <button type="submit" disabled={body.trim() === ""}>
        Send
      </button>
    </form>
  );
}
