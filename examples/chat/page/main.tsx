import { ConvexProvider, ConvexReactClient } from "convex/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Chat } from "./chat.tsx";
import "./style.css";

// Written into .env.local by `epigraph dev`.
const client = new ConvexReactClient(import.meta.env.VITE_CONVEX_URL);

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <ConvexProvider client={client}>
      <Chat />
    </ConvexProvider>
  </StrictMode>,
);
