import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";

const http = httpRouter();
const encoder = new TextEncoder();

/** An event at once and one every second, for as long as somebody reads. */
http.route({
  path: "/events",
  method: "GET",
  handler: httpAction(async () => {
    let number = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (number > 0) await new Promise((resolve) => setTimeout(resolve, 1000));
        controller.enqueue(encoder.encode(`data: ${JSON.stringify({ number: number++ })}\n\n`));
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }),
});

export default http;
