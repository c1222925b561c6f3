import { useMutation, useQuery } from "convex/react";
import { type ReactNode, useState } from "react";
import { api } from "../convex/_generated/api";

export function Chat(): ReactNode {
  const messages = useQuery(api.messages.list);
  const send = useMutation(api.messages.send);
  const [author, setAuthor] = useState("Somebody");
  const [body, setBody] = useState("");
  return (
    <main>
      <h1>Chat</h1>
      <ul>
        {messages?.map((message) => (
          <li key={message._id}>
            <b>{message.author}</b> {message.body}
          </li>
        ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (body === "") return;
          setBody("");
          void send({ author, body });
        }}
      >
        <input aria-label="Your name" value={author} onChange={(event) => setAuthor(event.target.value)} />
        <input aria-label="Message" value={body} onChange={(event) => setBody(event.target.value)} />
        <button type="submit">Send</button>
      </form>
    </main>
  );
}
