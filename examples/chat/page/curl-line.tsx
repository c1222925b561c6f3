/** How to join in without a page. */
export function CurlLine() {
  // What begins with nothing is HTTP to curl.
  const url = `${import.meta.env.VITE_CONVEX_SITE_URL.replace(/^http:\/\//, "")}/messages`;
  return (
    <p className="curl">
      <span>or</span>
      <code>{`curl ${url} -d '{"author":"curl","body":"Hello"}'`}</code>
    </p>
  );
}
