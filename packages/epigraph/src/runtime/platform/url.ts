import { URL as WhatwgUrl, URLSearchParams as WhatwgUrlSearchParams } from "whatwg-url";

export const URL: typeof WhatwgUrl = WhatwgUrl;
export const URLSearchParams: typeof WhatwgUrlSearchParams = WhatwgUrlSearchParams;
