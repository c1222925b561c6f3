// The package has types, but its export map hides them from ES modules. Only what is used here is declared.
declare module "event-target-shim" {
  export class Event {
    constructor(type: string, init?: { bubbles?: boolean; cancelable?: boolean; composed?: boolean });
    readonly type: string;
  }
  export class EventTarget {
    addEventListener(type: string, listener: unknown, options?: unknown): void;
    removeEventListener(type: string, listener: unknown, options?: unknown): void;
    dispatchEvent(event: Event): boolean;
  }
  export function getEventAttributeValue(target: EventTarget, type: string): unknown;
  export function setEventAttributeValue(target: EventTarget, type: string, listener: unknown): void;
  export function setErrorHandler(handler: (error: Error) => void): void;
  export function setWarningHandler(handler: (warning: unknown) => void): void;
}
