import { ConvexProvider, ConvexReactClient } from "convex/react";
import { createRoot } from "react-dom/client";
import { Chat } from "./chat.tsx";

// Written into .env.local by `epigraph dev`.
const client = new ConvexReactClient(import.meta.env.VITE_CONVEX_URL);

createRoot(document.getElementById("root") as HTMLElement).render(
  <ConvexProvider client={client}>
    <Chat />
  </ConvexProvider>,
);
