import { Download, Eraser, Upload } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useAdmin } from "../../data/context.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { GuardedButton } from "../../ui/guarded.tsx";
import { ExportDialog } from "./export-dialog.tsx";
import { ImportDialog } from "./import-dialog.tsx";

/** What is done with a table as a whole. */
export function TableActions({ table }: { readonly table: string }): ReactNode {
  const { api } = useAdmin();
  const [open, setOpen] = useState<"import" | "export" | "clear" | null>(null);
  const close = (): void => setOpen(null);
  return (
    <>
      <GuardedButton needs="ImportBackups" onClick={() => setOpen("import")}>
        <Upload size={15} aria-hidden /> Import
      </GuardedButton>
      <GuardedButton needs="DownloadBackups" onClick={() => setOpen("export")}>
        <Download size={15} aria-hidden /> Export
      </GuardedButton>
      <GuardedButton needs="WriteData" look="danger" onClick={() => setOpen("clear")}>
        <Eraser size={15} aria-hidden /> Clear
      </GuardedButton>
      {open === "import" && <ImportDialog table={table} onClose={close} />}
      {open === "export" && <ExportDialog table={table} onClose={close} />}
      {open === "clear" && (
        <Confirm
          title={`Clear ${table}?`}
          action="Clear"
          word={table}
          run={() => api.post("/api/epigraph/clear_table", { table })}
          onClose={close}
        >
          Every document of <code>{table}</code> is removed, all at once. This can't be taken back.
        </Confirm>
      )}
    </>
  );
}
