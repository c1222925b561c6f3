import { ListFilter, X } from "lucide-react";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import type { Condition, TableInfo } from "../../data/system.ts";
import { Button } from "../../ui/basics.tsx";
import { parseLoosely, showShort } from "../../ui/values.ts";
import { fieldsOf, firstField } from "./fields.ts";

const SIGNS = { eq: "=", neq: "≠", lt: "<", lte: "≤", gt: ">", gte: "≥" } as const;

export function Filters({
  table,
  conditions,
  sort,
  onChange,
}: {
  readonly table: TableInfo;
  readonly conditions: readonly Condition[];
  /** The index that they are sorted by; null where any may be used. */
  readonly sort: string | null;
  readonly onChange: (conditions: readonly Condition[]) => void;
}): ReactNode {
  const [field, setField] = useState("");
  const [operator, setOperator] = useState<Condition["operator"]>("eq");
  const [text, setText] = useState("");
  const listId = useId();
  const add = (event: FormEvent): void => {
    event.preventDefault();
    if (field.trim() === "") return;
    onChange([...conditions, { field: field.trim(), operator, value: parseLoosely(text) }]);
    setText("");
  };
  return (
    <form className="toolbar" onSubmit={add} aria-label="Filters">
      <ListFilter size={16} aria-hidden className="muted" />
      {conditions.map((condition, i) => (
        <span className="badge accent mono" key={`${condition.field} ${i}`}>
          {condition.field} {SIGNS[condition.operator]} {showShort(condition.value)}
          <button
            type="button"
            className="button plain icon"
            aria-label={`Remove the filter on ${condition.field}`}
            onClick={() => onChange(conditions.filter((_, other) => other !== i))}
          >
            <X size={13} aria-hidden />
          </button>
        </span>
      ))}
      <input
        className="input auto mono"
        aria-label="Field"
        placeholder="field"
        list={listId}
        size={12}
        value={field}
        onChange={(event) => setField(event.target.value)}
      />
      <datalist id={listId}>
        {fieldsOf(table).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <select
        className="input auto"
        aria-label="Comparison"
        value={operator}
        onChange={(event) => setOperator(event.target.value as Condition["operator"])}
      >
        {Object.entries(SIGNS).map(([name, sign]) => (
          <option key={name} value={name}>
            {sign}
          </option>
        ))}
      </select>
      <input
        className="input auto mono"
        aria-label="Value"
        placeholder="value, or JSON"
        size={16}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit" disabled={field.trim() === ""}>
        Filter
      </Button>
      {conditions.length > 0 && <IndexHint table={table} conditions={conditions} sort={sort} />}
    </form>
  );
}

/** Whether an index begins with a field that is filtered by: then only what matches is read. */
function IndexHint({
  table,
  conditions,
  sort,
}: {
  readonly table: TableInfo;
  readonly conditions: readonly Condition[];
  readonly sort: string | null;
}): ReactNode {
  const ranged = new Set(conditions.filter(({ operator }) => operator !== "neq").map(({ field }) => field));
  const index = table.indexes.find(
    ({ name, fields, state, isStaged }) =>
      state === "enabled" &&
      !isStaged &&
      ranged.has(firstField(name, fields)) &&
      (sort === null || sort === name),
  );
  if (index !== undefined) return <span className="badge good">uses {index.name}</span>;
  if (sort !== null) {
    return (
      <span
        className="badge warn"
        title="The index that the documents are sorted by takes none of the filters."
      >
        sorted by {sort}: looks at every document, some thousand at a time
      </span>
    );
  }
  return (
    <span className="badge warn" title="No index begins with a field that is filtered by.">
      no index: looks at every document, some thousand at a time
    </span>
  );
}
