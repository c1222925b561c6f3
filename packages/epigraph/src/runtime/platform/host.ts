import type { CryptoAnswer, CryptoRequest } from "./crypto/crypto-request.ts";

/** What the platform classes ask of their realm. Every call acts for the execution that runs at that moment. */
export interface PlatformHost {
  /** Fills the array with random bytes: seeded in queries and mutations. */
  fillRandom(bytes: Uint8Array): void;
  /** Next chunk of an incoming body, null at its end; rejects when the upload broke. */
  readBody(bodyId: number): Promise<Uint8Array | null>;
  /** The rest of an incoming body is not wanted. */
  cancelBody(bodyId: number): void;
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
