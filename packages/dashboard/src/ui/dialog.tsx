import { Dialog as BaseDialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button, ErrorNotice, Field } from "./basics.tsx";

export function Dialog({
  title,
  look = "",
  onClose,
  children,
}: {
  readonly title: string;
  readonly look?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <BaseDialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className="backdrop" />
        <BaseDialog.Popup className={`dialog ${look}`}>
          <div className="stack">
            <div className="row">
              <BaseDialog.Title className="grow">{title}</BaseDialog.Title>
              <BaseDialog.Close className="button plain icon" aria-label="Close">
                <X size={17} aria-hidden />
              </BaseDialog.Close>
            </div>
            {children}
          </div>
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

/** Asks before something that can't be taken back; where it is much, a word has to be typed. */
export function Confirm({
  title,
  action,
  word,
  run,
  onClose,
  children,
}: {
  readonly title: string;
  readonly action: string;
  readonly word?: string;
  readonly run: () => Promise<unknown>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [isRunning, setIsRunning] = useState(false);
  const go = async (): Promise<void> => {
    setIsRunning(true);
    try {
      await run();
      onClose();
    } catch (failure) {
      setError((failure as Error).message);
      setIsRunning(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <div>{children}</div>
      {word !== undefined && (
        <Field label={`Type ${word} to confirm`}>
          {(id) => (
            <input
              id={id}
              className="input mono"
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
      )}
      <ErrorNotice error={error} />
      <div className="row">
        <span className="grow" />
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="danger primary"
          disabled={isRunning || (word !== undefined && typed !== word)}
          onClick={() => void go()}
        >
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
