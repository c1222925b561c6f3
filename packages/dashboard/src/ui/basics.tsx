import { Check, Copy } from "lucide-react";
import { type ButtonHTMLAttributes, type ReactNode, useEffect, useId, useState } from "react";

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & { readonly look?: string };

export function Button({ look = "", className = "", ...rest }: ButtonProps): ReactNode {
  return <button type="button" className={`button ${look} ${className}`} {...rest} />;
}

/** A control with its label; the function gets the id that joins them. */
export function Field({
  label,
  hint,
  children,
}: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly children: (id: string) => ReactNode;
}): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label className="label" htmlFor={id}>
        {label}
      </label>
      {children(id)}
      {hint !== undefined && <span className="muted">{hint}</span>}
    </div>
  );
}

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Loading({ what }: { readonly what: string }): ReactNode {
  return (
    <p className="empty pulse" role="status">
      Loading {what}…
    </p>
  );
}

export function ErrorNotice({ error }: { readonly error: string | null }): ReactNode {
  if (error === null) return null;
  return (
    <div className="notice mono" role="alert">
      {error}
    </div>
  );
}

const SHOWN_MS = 1_500;

export function CopyButton({
  text,
  label = "Copy",
}: {
  readonly text: string;
  readonly label?: string;
}): ReactNode {
  const [isDone, setIsDone] = useState(false);
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => setIsDone(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(() => setIsDone(true));
  };
  return (
    <Button onClick={copy}>
      {isDone ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
      <span aria-live="polite">{isDone ? "Copied" : label}</span>
    </Button>
  );
}

/** A text to be copied as it stands. */
export function Snippet({ title, text }: { readonly title: string; readonly text: string }): ReactNode {
  return (
    <div className="stack tight">
      <div className="row">
        <h3 className="grow">{title}</h3>
        <CopyButton text={text} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <pre className="code" tabIndex={0}>
        {text}
      </pre>
    </div>
  );
}

const KIND_LOOKS: Readonly<Record<string, string>> = {
  Query: "query",
  Mutation: "mutation",
  Action: "action",
  HttpAction: "http",
};

export function KindBadge({ kind }: { readonly kind: string }): ReactNode {
  const text = kind === "HttpAction" ? "http" : kind.toLowerCase();
  return <span className={`badge ${KIND_LOOKS[kind] ?? ""}`}>{text}</span>;
}
