import { useConvexConnectionState, useQuery } from "convex/react";
import { useEffect } from "react";
import { api } from "../convex/_generated/api";
import { Composer } from "./composer.tsx";
import { CurlLine } from "./curl-line.tsx";
import { History } from "./history.tsx";
import { useName } from "./use-name.ts";

export function Chat() {
  const [name, setName] = useName();
  const latest = useQuery(api.messages.latest);
  useEffect(() => {
    document.title = latest ?? "Chat";
  }, [latest]);
  return (
    <main className="chat">
      <header>
        <h1>Chat</h1>
        <Connection />
        <label className="name">
          You are
          <input
            value={name}
            maxLength={40}
            size={Math.max(name.length, 3)}
            onChange={({ target }) => setName(target.value)}
          />
        </label>
      </header>
      <History name={name} />
      <footer>
        <Composer name={name} />
        <CurlLine />
      </footer>
    </main>
  );
}

function Connection() {
  const { isWebSocketConnected, hasEverConnected } = useConvexConnectionState();
  const text = isWebSocketConnected ? "Live" : hasEverConnected ? "Connecting again …" : "Connecting …";
  return (
    <span className="connection" role="status" data-live={isWebSocketConnected}>
      {text}
    </span>
  );
}
