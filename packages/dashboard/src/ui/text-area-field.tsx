import type { ReactNode } from "react";
import { Field } from "./basics.tsx";

/** A text of several lines, as it is typed: nothing is corrected. */
export function TextAreaField({
  label,
  hint,
  rows,
  placeholder,
  isInvalid = false,
  value,
  onChange,
}: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly rows: number;
  readonly placeholder?: string;
  readonly isInvalid?: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): ReactNode {
  return (
    <Field label={label} hint={hint}>
      {(id) => (
        <textarea
          id={id}
          className="input"
          rows={rows}
          spellCheck={false}
          placeholder={placeholder}
          aria-invalid={isInvalid}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
