interface Pending {
  readonly name: string;
  readonly resolve: (json: string) => void;
  readonly reject: (error: Error) => void;
}

/** What is known of one action while it runs. */
export class ActionRequest {
  readonly id: string;
  readonly pending: Map<number, Pending> = new Map();
  /** Start times by label. */
  readonly timers: Map<string, number> = new Map();
  /** Characters of its console lines. */
  logged = 0;
  nextCall = 0;
  /** Whether the modules are still evaluated. */
  isImporting = true;

  constructor(id: string) {
    this.id = id;
  }
}

let current: ActionRequest | null = null;

/**
 * The action that runs now; null between two. What it runs in other contexts, such as callbacks of a connection that an
 * earlier action has opened, belongs to it too, so no async context is asked.
 */
export function currentRequest(): ActionRequest | null {
  return current;
}

export function beginRequest(request: ActionRequest): void {
  current = request;
}

/** The action is over. False when it was before. */
export function endRequest(request: ActionRequest): boolean {
  if (current !== request) return false;
  current = null;
  return true;
}
