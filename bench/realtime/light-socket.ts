import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

const OPCODE_TEXT = 1;
const OPCODE_PING = 9;
const OPCODE_PONG = 10;

/**
 * A WebSocket client that costs next to nothing, so that ten thousand of them leave the processors to the server: it
 * counts messages and hands out their bytes. What the server sends is neither masked nor in pieces.
 */
export class LightSocket {
  readonly #socket: Socket;
  #onText: (text: Buffer) => void = () => {};
  #held: Buffer = Buffer.alloc(0);
  #isOpen = false;
  readonly opened: Promise<void>;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#socket = connect(Number(port), hostname);
    this.#socket.setNoDelay(true);
    this.#socket.write(
      `GET /api/1.48.0/sync HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
    );
    this.opened = new Promise((resolve, reject) => {
      this.#socket.once("error", reject);
      this.#socket.once("close", () => reject(new Error("The server closed a socket")));
      this.#socket.on("data", (bytes: Buffer) => this.#take(bytes, resolve));
    });
    this.opened.catch(() => {});
  }

  /** @param onText valid during the call only. */
  listen(onText: (text: Buffer) => void): void {
    this.#onText = onText;
  }

  send(message: object): void {
    this.#write(OPCODE_TEXT, Buffer.from(JSON.stringify(message)));
  }

  close(): void {
    this.#socket.destroy();
  }

  #write(opcode: number, payload: Buffer): void {
    const { length } = payload;
    // Masked with zeros, which change nothing.
    const head =
      length < 126
        ? Buffer.from([0x80 | opcode, 0x80 | length, 0, 0, 0, 0])
        : Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 255, 0, 0, 0, 0]);
    this.#socket.write(Buffer.concat([head, payload]));
  }

  #take(bytes: Buffer, onOpen: () => void): void {
    let data = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    if (!this.#isOpen) {
      const end = data.indexOf("\r\n\r\n");
      if (end === -1) {
        this.#held = data;
        return;
      }
      this.#isOpen = true;
      data = data.subarray(end + 4);
      onOpen();
    }
    for (;;) {
      const frame = readFrame(data);
      if (frame === null) break;
      if (frame.opcode === OPCODE_TEXT) this.#onText(frame.payload);
      else if (frame.opcode === OPCODE_PING) this.#write(OPCODE_PONG, frame.payload);
      data = data.subarray(frame.bytes);
    }
    this.#held = data.length === 0 ? data : Buffer.from(data);
  }
}

function readFrame(
  data: Buffer,
): { readonly opcode: number; readonly payload: Buffer; readonly bytes: number } | null {
  if (data.length < 2) return null;
  const short = data[1]! & 127;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (data.length < start) return null;
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
  if (data.length < start + length) return null;
  return {
    opcode: data[0]! & 15,
    payload: data.subarray(start, start + length),
    bytes: start + length,
  };
}
