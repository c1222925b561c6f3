import type { HeaderPairs } from "./recorded-request.ts";

const SECRET =
  /^(?:authorization|proxy-authorization|cookie|set-cookie|.*(?:token|secret|api-?key|password|signature).*)$/i;
const MASK = "••••••";

/** Headers as they may be shown: of those that carry secrets only that they are there. */
export function maskHeaders(headers: HeaderPairs): HeaderPairs {
  return headers.map(([name, value]) => (SECRET.test(name) ? [name, MASK] : [name, value]));
}
