import { formatSize } from "../../values/size.ts";
import { DatabaseError } from "../database-error.ts";
import type { TransactionLimits } from "./transaction-limits.ts";

const READ_ADVICE =
  "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";
const FILE_ADVICE = " Consider storing and reading large files in actions, or through upload URLs.";
interface LimitTexts {
  readonly code: string;
  /** What is too much or, in a warning, much. */
  readonly subject: string;
  readonly scope: string;
  readonly advice: string;
  show(amount: number): string;
}

const plain = (amount: number): string => String(amount);
const inFunction = "in a single function execution";

const TEXTS: Readonly<Record<keyof TransactionLimits, LimitTexts>> = {
  documentsRead: {
    code: "TooManyDocumentsRead",
    subject: "many documents read",
    scope: inFunction,
    advice: ` ${READ_ADVICE}`,
    show: plain,
  },
  bytesRead: {
    code: "TooManyBytesRead",
    subject: "many bytes read",
    scope: inFunction,
    advice: ` ${READ_ADVICE}`,
    show: (amount) => `${amount} bytes`,
  },
  databaseQueries: {
    code: "TooManyReads",
    subject: "many reads",
    scope: inFunction,
    advice: ` ${READ_ADVICE}`,
    show: plain,
  },
  documentsWritten: {
    code: "TooManyWrites",
    subject: "many writes",
    scope: inFunction,
    advice: "",
    show: plain,
  },
  bytesWritten: {
    code: "TooManyBytesWritten",
    subject: "many bytes written",
    scope: inFunction,
    advice: "",
    show: formatSize,
  },
  functionsScheduled: {
    code: "TooManyFunctionsScheduled",
    subject: "many functions scheduled",
    scope: "by this mutation",
    advice: "",
    show: plain,
  },
  scheduledFunctionArgsBytes: {
    code: "ScheduledFunctionsArgumentsTooLarge",
    subject: "large total size of the arguments of scheduled functions",
    scope: "from this mutation",
    advice: "",
    show: (amount) => `${amount} bytes`,
  },
  filesWritten: {
    code: "TooManyFilesWritten",
    subject: "many files stored",
    scope: inFunction,
    advice: FILE_ADVICE,
    show: plain,
  },
  fileWriteBytes: {
    code: "TooManyFileBytesWritten",
    subject: "many bytes of files stored",
    scope: inFunction,
    advice: FILE_ADVICE,
    show: formatSize,
  },
  filesRead: {
    code: "TooManyFilesRead",
    subject: "many files read",
    scope: inFunction,
    advice: FILE_ADVICE,
    show: plain,
  },
  fileReadBytes: {
    code: "TooManyFileBytesRead",
    subject: "many bytes of files read",
    scope: inFunction,
    advice: FILE_ADVICE,
    show: formatSize,
  },
};

export const METERS = Object.keys(TEXTS) as (keyof TransactionLimits)[];

export function limitExceeded(meter: keyof TransactionLimits, limit: number): DatabaseError {
  const { code, subject, scope, advice, show } = TEXTS[meter];
  const rest = advice === "" ? "" : `.${advice}`;
  return new DatabaseError(code, `Too ${subject} ${scope} (limit: ${show(limit)})${rest}`);
}

export interface UsageWarning {
  /** `warning:` and the code of the limit's error. */
  readonly code: string;
  readonly text: string;
}

/** For a meter that has come near its limit. */
export function limitNear(meter: keyof TransactionLimits, actual: number, limit: number): UsageWarning {
  const { code, subject, scope, advice, show } = TEXTS[meter];
  const capital = `${subject[0]?.toUpperCase()}${subject.slice(1)}`;
  return {
    code: `warning:${code}`,
    text: `${capital} ${scope} (actual: ${show(actual)}, limit: ${show(limit)}).${advice}`,
  };
}
