import { seededRandom } from "../../src/values/testing/seeded-random.ts";
import { below, mutateBytes, mutateJson, noise, pick, type Random } from "./mutate.ts";

/** What is sent on one connection. */
export interface FuzzCase {
  readonly seed: number;
  readonly origin: "api" | "site";
  /** `json`: HTTP is in order, and an answer must come. `raw`: anything may be broken; the connection must end. */
  readonly kind: "json" | "raw";
  /** Bytes as Latin-1, in the pieces in which they are sent. */
  readonly pieces: readonly string[];
}

interface JsonRequest {
  readonly path: string;
  readonly body: unknown;
  readonly isAdmins?: true;
}

const CALL = { path: "messages:list", args: {}, format: "json" };

/** Every endpoint that takes JSON, with what it takes. */
const JSON_REQUESTS: readonly JsonRequest[] = [
  { path: "/api/query", body: CALL },
  { path: "/api/query", body: { ...CALL, args: [{}], format: "convex_encoded_json" } },
  { path: "/api/mutation", body: { path: "messages:takeAnything", args: { a: [1, "b", { c: null }] } } },
  {
    path: "/api/mutation",
    body: { path: "messages:send", args: { body: "x", likes: { $integer: "AQAAAAAAAAA=" } } },
  },
  { path: "/api/action", body: { ...CALL, path: "messages:nope" } },
  { path: "/api/function", body: { ...CALL, path: "messages:secret", componentPath: "" }, isAdmins: true },
  { path: "/api/run/messages/list", body: { args: {}, format: "json" } },
  { path: "/api/query_ts", body: {} },
  { path: "/api/query_at_ts", body: { ...CALL, ts: "AAAAAAAAAAA=" } },
  { path: "/api/query_batch", body: { queries: [CALL, { ...CALL, path: "messages:nope" }] } },
  {
    path: "/api/v1/update_environment_variables",
    body: {
      changes: [
        { name: "A", value: "x" },
        { name: "B", value: null },
      ],
    },
    isAdmins: true,
  },
];

const RAW_HEADERS = "Host: x\r\nUser-Agent: fuzz\r\nAccept: */*\r\nOrigin: http://o\r\n";

/** Requests that are in order, before bytes of them are changed. */
const RAW_REQUESTS: readonly string[] = [
  `GET /hi HTTP/1.1\r\n${RAW_HEADERS}\r\n`,
  `GET /http/hi?a=1&b=%20 HTTP/1.1\r\n${RAW_HEADERS}X-Forwarded-Proto: https\r\nX-Forwarded-For: 1.2.3.4, 5.6.7.8\r\n\r\n`,
  `HEAD /hi HTTP/1.1\r\n${RAW_HEADERS}Forwarded: for=1.2.3.4;host=e.com;proto=https\r\n\r\n`,
  `GET http://e.com/hi HTTP/1.1\r\n${RAW_HEADERS}\r\n`,
  `OPTIONS /api/query HTTP/1.1\r\n${RAW_HEADERS}Access-Control-Request-Headers: a,b\r\n\r\n`,
  `OPTIONS * HTTP/1.1\r\n${RAW_HEADERS}\r\n`,
  `CONNECT e.com:443 HTTP/1.1\r\nHost: e.com:443\r\n\r\n`,
  `POST /count HTTP/1.1\r\n${RAW_HEADERS}Content-Length: 11\r\n\r\nhello world`,
  `POST /count HTTP/1.1\r\n${RAW_HEADERS}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nA: b\r\n\r\n`,
  `POST /unread HTTP/1.1\r\n${RAW_HEADERS}Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc`,
  `POST /echo HTTP/1.1\r\n${RAW_HEADERS}Content-Length: 4\r\n\r\necho`,
  `GET /api/query?path=messages:list&args=%7B%7D HTTP/1.1\r\n${RAW_HEADERS}Convex-Client: npm-1.48.0\r\n\r\n`,
  `GET /api/storage/123e4567-e89b-42d3-a456-426614174000?component=a HTTP/1.1\r\n${RAW_HEADERS}Range: bytes=0-5\r\n\r\n`,
  `POST /api/storage/upload?token=AQAAAAAAAAAAAAAAAAAA HTTP/1.1\r\n${RAW_HEADERS}Content-Type: image/png\r\nDigest: sha-256=hNiYd/DUBB77a/kaFvAkjy/Vc+avBcGflr7bn4gveII=\r\nContent-Length: 4\r\n\r\nfile`,
  `GET /api/check_admin_key HTTP/1.1\r\n${RAW_HEADERS}Authorization: Bearer a.b.c\r\n\r\n`,
  `GET /ws HTTP/1.1\r\n${RAW_HEADERS}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
];

/** The case of a seed: the same for the same seed and key. */
export function makeCase(seed: number, adminKey: string): FuzzCase {
  const random = seededRandom(seed);
  return random() < 0.5 ? jsonCase(seed, random, adminKey) : rawCase(seed, random);
}

function jsonCase(seed: number, random: Random, adminKey: string): FuzzCase {
  const { path, body, isAdmins } = pick(random, JSON_REQUESTS);
  const json = Buffer.from(JSON.stringify(random() < 0.8 ? mutateJson(random, body) : body)).toString(
    "latin1",
  );
  const text = random() < 0.25 ? mutateBytes(random, json) : json;
  const key = isAdmins === true && random() < 0.9 ? `Authorization: Convex ${adminKey}\r\n` : "";
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nConvex-Request-Id: fuzz-${seed}\r\n${key}Content-Length: ${text.length}\r\n\r\n`;
  return { seed, origin: "api", kind: "json", pieces: [head + text] };
}

function rawCase(seed: number, random: Random): FuzzCase {
  const requests = Array.from({ length: 1 + below(random, 3) }, () => pick(random, RAW_REQUESTS)).join("");
  const bytes = random() < 0.05 ? noise(random, below(random, 500)) : mutateBytes(random, requests);
  const cut = random() < 0.3 ? below(random, bytes.length) : bytes.length;
  return {
    seed,
    origin: random() < 0.5 ? "api" : "site",
    kind: "raw",
    pieces: [bytes.slice(0, cut), bytes.slice(cut)].filter((piece) => piece !== ""),
  };
}
