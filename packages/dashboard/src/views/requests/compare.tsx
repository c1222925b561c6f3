import { ArrowLeftRight, X } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { Button, ErrorNotice, Loading } from "../../ui/basics.tsx";
import { comparedParts, headOf } from "./compare-texts.ts";
import { type DiffRow, diffRows, isSame } from "./diff-rows.ts";
import type { RecordedRequest } from "./recorded.ts";
import { useRequest } from "./use-requests.ts";

/** Two requests side by side. */
export function Compare({
  ids,
  onClose,
}: {
  readonly ids: readonly [number, number];
  readonly onClose: () => void;
}): ReactNode {
  const [isSwapped, setIsSwapped] = useState(false);
  const [first, second] = [useRequest(ids[0]), useRequest(ids[1])];
  const [left, right] = isSwapped ? [first, second] : [second, first];
  return (
    <div className="stack">
      <div className="row wrap">
        <h1 className="grow">Compare</h1>
        <Button onClick={() => setIsSwapped(!isSwapped)}>
          <ArrowLeftRight size={15} aria-hidden /> Swap
        </Button>
        <Button onClick={onClose}>
          <X size={15} aria-hidden /> Close
        </Button>
      </div>
      <ErrorNotice error={left.error ?? right.error} />
      {left.answer === null || right.answer === null ? (
        <Loading what="both requests" />
      ) : (
        <Sides left={left.answer} right={right.answer} />
      )}
    </div>
  );
}

function Sides({
  left,
  right,
}: {
  readonly left: RecordedRequest;
  readonly right: RecordedRequest;
}): ReactNode {
  const parts = useMemo(() => {
    const others = comparedParts(right);
    return comparedParts(left).map(({ title, lines }, i) => ({
      title,
      rows: diffRows(lines, others[i]?.lines ?? []),
    }));
  }, [left, right]);
  return parts.map(({ title, rows }) => {
    const changed = rows.filter((row) => !isSame(row)).length;
    return (
      <section key={title} className="card stack tight" aria-label={title}>
        <div className="row">
          <h2 className="grow">{title}</h2>
          <span className={`badge ${changed === 0 ? "good" : "warn"}`}>
            {changed === 0 ? "the same" : `${changed} ${changed === 1 ? "line differs" : "lines differ"}`}
          </span>
        </div>
        <table className="diff mono">
          <thead>
            <tr>
              <th scope="col">{headOf(left)}</th>
              <th scope="col">{headOf(right)}</th>
            </tr>
          </thead>
          <tbody>
            {folded(rows).map((row, i) => (
              <Row key={i} row={row} />
            ))}
          </tbody>
        </table>
      </section>
    );
  });
}

function Row({ row }: { readonly row: DiffRow | number }): ReactNode {
  if (typeof row === "number") {
    return (
      <tr>
        <td colSpan={2} className="muted">
          … {row} lines that are the same
        </td>
      </tr>
    );
  }
  const { left, right } = row;
  if (isSame(row)) {
    return (
      <tr>
        <td>{left}</td>
        <td>{right}</td>
      </tr>
    );
  }
  return (
    <tr className="changed">
      <td>{left !== null && <del>{left}</del>}</td>
      <td>{right !== null && <ins>{right}</ins>}</td>
    </tr>
  );
}

/** Equal lines that are kept around one that differs. */
const CONTEXT = 3;

/** Rows, with a number in place of so many equal ones that nobody would read. */
function folded(rows: readonly DiffRow[]): readonly (DiffRow | number)[] {
  const near = new Set<number>();
  rows.forEach((row, i) => {
    if (isSame(row)) return;
    for (let at = i - CONTEXT; at <= i + CONTEXT; at++) near.add(at);
  });
  const shown: (DiffRow | number)[] = [];
  let hidden: DiffRow[] = [];
  const unfold = (): void => {
    if (hidden.length > 2 * CONTEXT) shown.push(hidden.length);
    else shown.push(...hidden);
    hidden = [];
  };
  rows.forEach((row, i) => {
    if (!near.has(i)) {
      hidden.push(row);
      return;
    }
    unfold();
    shown.push(row);
  });
  unfold();
  return shown;
}
