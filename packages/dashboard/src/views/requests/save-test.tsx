import { FlaskConical } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button, CopyButton } from "../../ui/basics.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { saveFile } from "../../ui/save-file.ts";
import type { RecordedRequest } from "./recorded.ts";
import { TEST_RUNNERS, type TestRunner, testFile, testFileName } from "./test-file.ts";

/** Makes a test of a request, to be kept with the app. */
export function SaveTest({ request }: { readonly request: RecordedRequest }): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button
        disabled={request.status === null || request.body.isCut}
        title={request.body.isCut ? "Its body was too large to be kept" : undefined}
        onClick={() => setIsOpen(true)}
      >
        <FlaskConical size={15} aria-hidden /> Save as test
      </Button>
      {isOpen && (
        <Dialog title="Save as test" onClose={() => setIsOpen(false)}>
          <Preview request={request} />
        </Dialog>
      )}
    </>
  );
}

function Preview({ request }: { readonly request: RecordedRequest }): ReactNode {
  const [runner, setRunner] = useState<TestRunner>("node:test");
  const name = testFileName(request);
  const text = testFile(request, runner);
  return (
    <>
      <p className="muted">
        It sends the request and expects the same status and body. Headers that are masked here come from
        environment variables there.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <pre className="code" tabIndex={0}>
        {text}
      </pre>
      <div className="row wrap">
        <select
          className="input auto"
          aria-label="Test runner"
          value={runner}
          onChange={(event) => setRunner(event.target.value as TestRunner)}
        >
          {TEST_RUNNERS.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
        <span className="grow" />
        <CopyButton text={text} />
        <Button look="primary" onClick={() => saveFile(new Blob([text], { type: "text/javascript" }), name)}>
          Save {name}
        </Button>
      </div>
    </>
  );
}
