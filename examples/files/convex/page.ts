/** The page, which calls functions by plain HTTP. */
export function makePage(cloudUrl: string): string {
  return `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>Images</title>
  <style>
    body { font-family: sans-serif; margin: 2rem }
    img { max-width: 12rem; max-height: 12rem; vertical-align: middle }
    figure { margin: 1rem 0 }
  </style>
  <h1>Images</h1>
  <form>
    <input name="author" value="User 123" aria-label="Author">
    <input name="image" type="file" accept="image/*" aria-label="Image" required>
    <button value="url">Upload by URL</button>
    <button value="action">Upload by HTTP action</button>
  </form>
  <p role="status"></p>
  <main></main>
  <script type="module">
    const api = ${JSON.stringify(cloudUrl)};
    const form = document.querySelector("form");
    const status = document.querySelector("[role=status]");

    async function call(kind, path, args = {}) {
      const response = await fetch(api + "/api/" + kind, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ path, args }),
      });
      const answer = await response.json();
      if (answer.status !== "success") throw new Error(answer.errorMessage ?? answer.message);
      return answer.value;
    }

    async function uploadByUrl(image, author) {
      const uploadUrl = await call("mutation", "images:generateUploadUrl");
      const response = await fetch(uploadUrl, {
        method: "POST",
        headers: { "Content-Type": image.type },
        body: image,
      });
      if (!response.ok) throw new Error((await response.json()).message);
      const { storageId } = await response.json();
      return call("mutation", "images:saveUploaded", { storageId, author });
    }

    async function uploadByHttpAction(image, author) {
      const response = await fetch("/sendImage?" + new URLSearchParams({ author }), {
        method: "POST",
        headers: { "Content-Type": image.type },
        body: image,
      });
      return response.ok;
    }

    function element(name, properties, ...children) {
      const made = Object.assign(document.createElement(name), properties);
      made.append(...children);
      return made;
    }

    async function show() {
      const images = await call("query", "images:list");
      document.querySelector("main").replaceChildren(
        ...images.map(({ _id, storageId, author, way, url }) =>
          element(
            "figure",
            {},
            element("img", { className: "by-url", src: url, alt: "By its URL" }),
            element("img", {
              className: "by-action",
              src: "/getImage?" + new URLSearchParams({ storageId }),
              alt: "By an HTTP action",
            }),
            element("figcaption", {}, author + ", by " + way + " "),
            element("button", { onclick: () => call("mutation", "images:remove", { id: _id }).then(show) }, "Delete"),
          ),
        ),
      );
    }

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const fields = new FormData(form);
      const upload = event.submitter.value === "url" ? uploadByUrl : uploadByHttpAction;
      status.textContent = "Uploading…";
      try {
        const isImage = await upload(fields.get("image"), fields.get("author"));
        status.textContent = isImage ? "Uploaded" : "That is no image";
        await show();
      } catch (error) {
        status.textContent = error.message;
      }
    });

    await show();
  </script>
</html>
`;
}
