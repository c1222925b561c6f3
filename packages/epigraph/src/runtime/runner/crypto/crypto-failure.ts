/** A failure that app code sees as a DOMException of this name. */
export class CryptoFailure extends Error {
  override readonly name = "CryptoFailure";
  readonly domName: "DataError" | "OperationError" | "NotSupportedError";

  constructor(domName: CryptoFailure["domName"], message: string) {
    super(message);
    this.domName = domName;
  }
}
