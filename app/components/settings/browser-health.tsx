'use client';

import { useQuery } from '@tanstack/react-query';
import { judgeStream } from '../../../server/domain/settings/health.ts';
import { describeError } from '../trpc.ts';
import { Button, Failed, Heading, Skeleton } from '../ui.tsx';
import { CheckList } from './check-list.tsx';
import { TEST_STREAM } from '../../../server/contracts/vocabulary.ts';

/** What lies between this browser and the factory is seen only from here. */
export function BrowserHealth() {
  const stream = useQuery({ queryKey: ['browser-health'], queryFn: ({ signal }) => readTestStream(signal), staleTime: Infinity, retry: false });
  const again = (
    <Button disabled={stream.isFetching} onClick={() => void stream.refetch()} aria-label="Check again, this browser">
      Check again
    </Button>
  );
  return (
    <section aria-label="This browser">
      <Heading aside={again}>This browser</Heading>
      {stream.isPending && <Skeleton rows={1} />}
      {stream.isError && <Failed what="The test stream could not be read" why={describeError(stream.error).message} retry={() => void stream.refetch()} />}
      {stream.data && <CheckList checks={[judgeStream({ arrivalsMs: stream.data, everyMs: TEST_STREAM.everyMs })]} />}
    </section>
  );
}

/** @returns when each event of the test stream came, in ms */
async function readTestStream(signal: AbortSignal): Promise<number[]> {
  const answer = await fetch('/healthz/stream', { signal, cache: 'no-store' });
  if (!answer.ok || !answer.body) throw new Error(`the factory answered ${answer.status}`);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const arrivals: number[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return arrivals;
    for (const _ of value.matchAll(/^data: /gm)) arrivals.push(performance.now());
  }
}
