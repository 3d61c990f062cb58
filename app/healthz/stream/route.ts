import { TEST_STREAM } from '../../../server/contracts/vocabulary.ts';

export const dynamic = 'force-dynamic';

/** A short event stream with nothing in it: whoever reads it sees whether something between holds events back. */
export function GET(): Response {
  let timer: NodeJS.Timeout | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let sent = 0;
      const send = () => {
        controller.enqueue(new TextEncoder().encode(`data: ${sent}\n\n`));
        sent += 1;
        if (sent < TEST_STREAM.events) timer = setTimeout(send, TEST_STREAM.everyMs);
        else controller.close();
      };
      send();
    },
    cancel: () => clearTimeout(timer),
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' } });
}
