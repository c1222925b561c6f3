import type { ReactNode } from "react";
import { Field } from "../../ui/basics.tsx";
import { exampleOf, showValidator, type Validator } from "./validator.ts";

type ObjectValidator = Extract<Validator, { readonly type: "object" }>;

/** A control for each argument; all of them together are the JSON text that is sent. */
export function ArgumentFields({
  validator,
  text,
  onChange,
}: {
  readonly validator: ObjectValidator;
  readonly text: string;
  readonly onChange: (text: string) => void;
}): ReactNode {
  const values = parse(text);
  const set = (name: string, value: unknown): void => {
    onChange(JSON.stringify({ ...values, [name]: value }, null, 2));
  };
  const fields = Object.entries(validator.value);
  if (fields.length === 0) return <p className="muted">It takes no arguments.</p>;
  return fields.map(([name, { fieldType, optional }]) => {
    const type = showValidator(fieldType);
    return (
      <Field key={name} label={optional ? `${name}, optional: ${type}` : `${name}: ${type}`}>
        {(id) => (
          <Argument id={id} type={fieldType} value={values[name]} onChange={(value) => set(name, value)} />
        )}
      </Field>
    );
  });
}

function Argument({
  id,
  type,
  value,
  onChange,
}: {
  readonly id: string;
  readonly type: Validator;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}): ReactNode {
  const choices = type.type === "union" ? type.value.map(literalOf) : [];
  if (type.type === "boolean" || (choices.length > 0 && choices.every((choice) => choice !== undefined))) {
    const options = type.type === "boolean" ? [true, false] : choices;
    return (
      <select
        id={id}
        className="input"
        value={JSON.stringify(value) ?? ""}
        onChange={(event) => onChange(event.target.value === "" ? undefined : JSON.parse(event.target.value))}
      >
        <option value="">(left out)</option>
        {options.map((option) => (
          <option key={JSON.stringify(option)} value={JSON.stringify(option)}>
            {JSON.stringify(option)}
          </option>
        ))}
      </select>
    );
  }
  if (type.type === "string" || type.type === "id") {
    return (
      <input
        id={id}
        className="input"
        value={typeof value === "string" ? value : ""}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  if (type.type === "number") {
    return (
      <input
        id={id}
        className="input"
        type="number"
        step="any"
        value={typeof value === "number" ? value : ""}
        onChange={(event) => onChange(event.target.value === "" ? undefined : Number(event.target.value))}
      />
    );
  }
  return (
    <textarea
      id={id}
      className="input"
      rows={3}
      spellCheck={false}
      placeholder={JSON.stringify(exampleOf(type))}
      defaultValue={value === undefined ? "" : JSON.stringify(value, null, 2)}
      onChange={(event) => {
        const edited = tryParse(event.target.value);
        event.target.setAttribute("aria-invalid", String(edited === INVALID));
        if (edited !== INVALID) onChange(edited);
      }}
    />
  );
}

const INVALID = Symbol("no JSON");

function literalOf(validator: Validator): unknown {
  if (validator.type === "null") return null;
  return validator.type === "literal" ? validator.value : undefined;
}

function parse(text: string): Readonly<Record<string, unknown>> {
  const value = tryParse(text);
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function tryParse(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return INVALID;
  }
}
