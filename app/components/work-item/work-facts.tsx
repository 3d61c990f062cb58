'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { ShownWorkItem } from '../../../server/contracts/rest.ts';
import { useTRPC } from '../trpc.ts';
import { Heading } from '../ui.tsx';

const REFRESH_MS = 10_000;
const WHOSE = { item: 'this item’s own', repository: 'the repository’s', factory: 'the factory’s' } as const;

/** What does not change while it is worked on: where it came from, what it waits for, and which commands and branch hold for it. */
export function WorkFacts({ item }: { item: ShownWorkItem }) {
  const facts = useFacts(item.id);
  if (!facts) return null;
  const said = (word: (typeof facts)['setup'], none: string) =>
    word ? (
      <>
        <code className="break-words font-mono text-[13px]">{word.value}</code> <span className="text-muted">{WHOSE[word.of]}</span>
      </>
    ) : (
      <span className="text-muted">{none}</span>
    );
  return (
    <section aria-label="Facts" className="mt-8">
      <Heading>Facts</Heading>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        {item.sourceUrl && (
          <Row name="From">
            <a href={item.sourceUrl} rel="noreferrer" className="break-words text-accent hover:underline">
              {item.source === 'github' ? item.sourceId : item.sourceUrl}
            </a>
          </Row>
        )}
        {facts.blockers.length > 0 && (
          <Row name="Waits for">
            <ul>
              {facts.blockers.map((blocker) => (
                <li key={blocker.id}>
                  <Link href={`/work/${blocker.id}`} className="break-words hover:underline">
                    <bdi>{blocker.title}</bdi>
                  </Link>{' '}
                  <span className="text-muted">{blocker.state.replace('_', ' ')}</span>
                </li>
              ))}
            </ul>
          </Row>
        )}
        <Row name="Base branch">{said(facts.baseBranch, 'the remote’s default')}</Row>
        <Row name="Setup">{said(facts.setup, 'none')}</Row>
        <Row name="Verify">{said(facts.verify, 'none: the result will not be verified')}</Row>
      </dl>
    </section>
  );
}

/** Why it waits; what it waits for can be gone to. */
export function WaitingReason({ item }: { item: ShownWorkItem }) {
  const open = useFacts(item.id)?.blockers.filter((blocker) => blocker.open) ?? [];
  if (!item.waitingReason?.startsWith('waits for “') || open.length === 0) return item.waitingReason;
  return (
    <>
      waits for{' '}
      {open.map(({ id, title, state }, n) => (
        <span key={id}>
          {n > 0 && ', '}
          <Link href={`/work/${id}`} className="underline">
            “<bdi>{title}</bdi>”
          </Link>{' '}
          ({state.replace('_', ' ')})
        </span>
      ))}
    </>
  );
}

function useFacts(id: string) {
  const trpc = useTRPC();
  return useQuery(trpc.work.facts.queryOptions({ id }, { refetchInterval: REFRESH_MS })).data;
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
