import { useQuery } from "convex/react";
import { type ReactNode, useState } from "react";
import { useAdmin } from "../../data/context.tsx";
import { system } from "../../data/system.ts";
import { Button, Loading, Snippet } from "../../ui/basics.tsx";
import { Variables } from "./variables.tsx";

export default function SettingsView(): ReactNode {
  return (
    <div className="view stack">
      <h1>Settings</h1>
      <div className="columns">
        <Variables />
        <Connecting />
      </div>
    </div>
  );
}

function Connecting(): ReactNode {
  const { api, rights } = useAdmin();
  const urls = useQuery(system.deployment, {});
  const [isKeyShown, setIsKeyShown] = useState(false);
  if (urls === undefined) return <Loading what="addresses" />;
  const { cloudUrl, siteUrl } = urls;
  const key = isKeyShown ? api.key : "…";
  return (
    <section className="card stack" aria-label="URLs and keys">
      <h2>URLs and keys</h2>
      <Snippet title="Functions, for clients" text={cloudUrl} />
      <Snippet title="HTTP actions" text={siteUrl} />
      <div className="row">
        <h3 className="grow">
          {rights.isFull
            ? "Admin key: whoever has it may do everything"
            : "Admin key, which does not allow everything"}
        </h3>
        <Button onClick={() => setIsKeyShown(!isKeyShown)}>{isKeyShown ? "Hide" : "Show"}</Button>
      </div>
      {isKeyShown && <Snippet title="Admin key" text={api.key} />}
      <Snippet
        title="React"
        text={`import { ConvexProvider, ConvexReactClient } from "convex/react";

const convex = new ConvexReactClient("${cloudUrl}");`}
      />
      <Snippet
        title="Python"
        text={`from convex import ConvexClient

client = ConvexClient("${cloudUrl}")`}
      />
      <Snippet title="curl" text={`curl ${siteUrl}/`} />
      <Snippet
        title="The official command line, in .env.local"
        text={`CONVEX_SELF_HOSTED_URL='${cloudUrl}'\nCONVEX_SELF_HOSTED_ADMIN_KEY='${key}'`}
      />
    </section>
  );
}
