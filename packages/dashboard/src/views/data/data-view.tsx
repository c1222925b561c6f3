import { useQuery } from "convex/react";
import type { ReactNode } from "react";
import { system } from "../../data/system.ts";
import { Empty, Loading } from "../../ui/basics.tsx";
import { useParam, useSearchParams } from "../../ui/search.ts";
import { DocumentSheet } from "./document-sheet.tsx";
import { TableView } from "./table-view.tsx";

export default function TablesView(): ReactNode {
  const tables = useQuery(system.tables, {});
  const [params, setParams] = useSearchParams();
  const [doc, setDoc] = useParam("doc");
  if (tables === undefined) return <Loading what="tables" />;
  const wanted = params.get("table");
  const table = tables.find(({ name }) => name === wanted) ?? tables[0];
  const sheet = doc !== null && <DocumentSheet id={doc} onClose={() => setDoc(null)} onFollow={setDoc} />;
  if (table === undefined) {
    return (
      <Empty title="No tables yet">
        <p>A table is there as soon as a document is in it, or as soon as the schema names it.</p>
        <pre className="code">{`await ctx.db.insert("messages", { body: "Hello" });`}</pre>
        {sheet}
      </Empty>
    );
  }
  return (
    <div className="split">
      <nav className="list" aria-label="Tables">
        {tables.map(({ name, isDeclared }) => (
          <button
            key={name}
            type="button"
            className="item"
            aria-current={name === table.name}
            onClick={() => setParams({ table: name })}
          >
            <span className="grow ellipsis mono">{name}</span>
            {!isDeclared && <span className="badge">no schema</span>}
          </button>
        ))}
      </nav>
      <div className="detail flush">
        <TableView key={table.name} table={table} onOpen={setDoc} />
      </div>
      {sheet}
    </div>
  );
}
