import { toArrayBuffer } from "../bytes.ts";
import { DOMException } from "../dom-exception.ts";
import { platformHost } from "../host.ts";
import type { CryptoAnswer, CryptoRequest } from "./crypto-request.ts";

/** @throws DOMException as the host names it. */
export async function askForBytes(request: CryptoRequest, ...buffers: Uint8Array[]): Promise<ArrayBuffer> {
  return toArrayBuffer((await ask(request, buffers)) as Uint8Array);
}

/** @throws DOMException as the host names it. */
export async function askForText(request: CryptoRequest, ...buffers: Uint8Array[]): Promise<string> {
  return (await ask(request, buffers)) as string;
}

async function ask(request: CryptoRequest, buffers: readonly Uint8Array[]): Promise<CryptoAnswer> {
  const answer = await platformHost().crypto(request, buffers);
  if (typeof answer !== "string") return answer;
  if (answer.charCodeAt(0) === 86 /* V */) return answer.slice(1);
  const [name, message] = JSON.parse(answer.slice(1)) as [name: string, message: string];
  throw new DOMException(message, name);
}
