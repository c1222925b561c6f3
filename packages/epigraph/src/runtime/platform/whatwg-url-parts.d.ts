// Parts of the package that its types leave out. Only what is used here is declared.
declare module "whatwg-url/lib/url-state-machine.js" {
  const machine: {
    basicURLParse(
      input: string,
      options?: { baseURL?: unknown; url?: unknown; stateOverride?: string },
    ): unknown;
  };
  export default machine;
}
declare module "whatwg-url/lib/urlencoded.js" {
  const urlencoded: { parseUrlencodedString(text: string): [string, string][] };
  export default urlencoded;
}
