import type { ComponentProps, ReactNode } from "react";
import { useRefusal } from "../data/context.tsx";
import type { Right } from "../data/rights.ts";
import { Button, Empty } from "./basics.tsx";

/** A button that does nothing, and says why, where the key of this tab does not allow what it does. */
export function GuardedButton({
  needs,
  disabled,
  title,
  ...rest
}: ComponentProps<typeof Button> & { readonly needs: Right }): ReactNode {
  const refusal = useRefusal(needs);
  return <Button {...rest} disabled={refusal !== null || disabled} title={refusal ?? title} />;
}

/** What needs a right, or why it is not there. */
export function Guarded({
  needs,
  children,
}: {
  readonly needs: Right;
  readonly children: ReactNode;
}): ReactNode {
  const refusal = useRefusal(needs);
  if (refusal === null) return children;
  return (
    <Empty title="Not with this key">
      <p>{refusal}</p>
    </Empty>
  );
}
