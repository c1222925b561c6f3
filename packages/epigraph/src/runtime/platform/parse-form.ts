import { wrongKind } from "../kernel/wrong-kind.ts";
import { type BodySource, readAll } from "./body-source.ts";
import { utf8DecodeWithBom } from "./codecs.ts";
import { FormData } from "./form-data.ts";
import { platformHost } from "./host.ts";
import { url } from "./lazy-parts.ts";
import { invalidForm, MULTIPART_LIMIT_BYTES, parseMultipart } from "./multipart.ts";

/** The body as a form, read by its content type. @throws TypeError for a content type that is none of a form. */
export async function parseForm(contentType: string | null, source: BodySource): Promise<FormData> {
  const essence = (contentType ?? "").split(";", 1)[0]!.trim().toLowerCase();
  if (essence === "multipart/form-data") {
    if (platformHost().isTransaction()) throw new Error(wrongKind("formData()"));
    const boundary = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^;\s]+))/i.exec(contentType!);
    if (boundary === null) throw invalidForm("the content type has no boundary");
    const bytes = await readAll(source, (sizeBytes) => {
      if (sizeBytes > MULTIPART_LIMIT_BYTES) throw invalidForm("the body is larger than 20 MiB");
    });
    return parseMultipart(bytes, boundary[1] ?? boundary[2]!);
  }
  if (essence === "application/x-www-form-urlencoded") {
    const form = new FormData();
    const { URLSearchParams } = url.get();
    for (const [name, value] of new URLSearchParams(
      withoutPrefix(utf8DecodeWithBom(await readAll(source))),
    )) {
      form.append(name, value);
    }
    return form;
  }
  throw new TypeError(
    `The body is no form: its content type is ${contentType === null ? "missing" : contentType}`,
  );
}

/** URLSearchParams drops a leading "?", which in a body belongs to the first name. */
function withoutPrefix(text: string): string {
  return text.startsWith("?") ? `&${text.replace("?", "%3F")}` : text;
}
