/**
 * Reads a URL by which clients may reach a deployment: of HTTP, without anything behind its path.
 * @returns without slashes at its end; null when the text is no such URL.
 */
export function readPublicOrigin(text: string): string | null {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.search !== "" || url.hash !== "") return null;
  return text.replace(/\/+$/, "");
}
