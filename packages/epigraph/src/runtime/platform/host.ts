import type { FetchedHead, FetchHead } from "../kernel/bridge.ts";
import type { CryptoAnswer, CryptoRequest } from "./crypto/crypto-request.ts";

/** What the platform classes ask of their realm. Every call acts for the execution that runs at that moment. */
export interface PlatformHost {
  /** Fills the array with random bytes: seeded in queries and mutations. */
  fillRandom(bytes: Uint8Array): void;
  /** Next chunk of what an exchange brings, null at its end; rejects when it broke. */
  readBody(exchange: number): Promise<Uint8Array | null>;
  /** The rest of what an exchange brings is not wanted; one that `startFetch` began ends, and its answer never comes. */
  cancelBody(exchange: number): void;
  /**
   * Sends a request. A redirect is an answer like any other. The answer rejects with the network's reason.
   * @param body the whole body; null when there is none or it follows by `sendChunk` and `endBody`.
   */
  startFetch(
    head: FetchHead,
    body: string | ArrayBuffer | null,
  ): { readonly exchange: number; readonly answer: Promise<FetchedHead> };
  /** Resolves when the next chunk may come, false when none is wanted. */
  sendChunk(exchange: number, chunk: Uint8Array): Promise<boolean>;
  endBody(exchange: number): void;
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds since `timeOrigin`. */
  performanceNow(): number;
  readonly timeOrigin: number;
  setTimeout(callback: () => void, ms: number): number;
  clearTimeout(id: number): void;
  /** Asks node:crypto; in actions, what takes long is answered later. */
  crypto(request: CryptoRequest, buffers: readonly Uint8Array[]): CryptoAnswer | Promise<CryptoAnswer>;
  /** @throws Error where nothing may be truly random: in queries and mutations, and while modules are evaluated. */
  demandRandomness(): void;
  /** What the execution that runs keeps under a key; made when it asks for the first time. */
  local<T>(key: object, make: () => T): T;
  /** True in a query or mutation, where bodies held by the host can't be read. */
  isTransaction(): boolean;
}

let current: PlatformHost | undefined;

/** Connects the classes to their realm; a realm has exactly one host. */
export function setPlatformHost(host: PlatformHost): void {
  current = host;
}

export function platformHost(): PlatformHost {
  if (current === undefined) throw new Error("The platform is not installed");
  return current;
}
