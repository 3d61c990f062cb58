'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { Chip, Heading } from '../ui.tsx';
import { useTRPC } from '../trpc.ts';

const REFRESH_MS = 10_000;
/** So much of a text finds it on the screen of learnings. */
const QUERY_CHARS = 150;

/** What the runs of an item were given of what earlier ones found out, and what they found out themselves; nothing where there is neither. */
export function WorkLearnings({ id }: { id: string }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.learnings.ofWork.queryOptions({ id }, { refetchInterval: REFRESH_MS }));
  if (!data || data.given.length + data.learnt.length === 0) return null;
  return (
    <section aria-label="Learnings" className="mt-8">
      <Heading>Learnings</Heading>
      {data.learnt.length > 0 && (
        <ul aria-label="Learnt" className="divide-y divide-line">
          {data.learnt.map((learning) => (
            <Line key={learning.id} {...learning}>
              {learning.state !== 'approved' && <Chip tone="text-warn">{learning.state}</Chip>}
            </Line>
          ))}
        </ul>
      )}
      {data.given.length > 0 && (
        <details className="mt-1">
          <summary className="cursor-pointer text-[13px] text-muted">{data.given.length} given of what was known</summary>
          <ul aria-label="Given" className="divide-y divide-line">
            {data.given.map((learning) => (
              <Line key={learning.id} {...learning}>
                <span className="text-muted">from iteration {learning.firstIteration}</span>
              </Line>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Line({ kind, text, children }: { kind: string; text: string; children: ReactNode }) {
  return (
    <li className="py-1.5 text-[13px]">
      <Link href={`/learnings?q=${encodeURIComponent(text.slice(0, QUERY_CHARS))}`} className="break-words hover:underline">
        <bdi>{text}</bdi>
      </Link>
      <span className="ml-2 inline-flex gap-2 text-muted">
        {kind}
        {children}
      </span>
    </li>
  );
}
