'use client';

import { useQuery } from '@tanstack/react-query';
import { Check, Circle } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';
import { useMe } from '../shell/use-me.ts';
import { useTRPC } from '../trpc.ts';
import { Heading } from '../ui.tsx';
import { DemoButton } from './demo-button.tsx';
import { FIRST_STEPS_COOKIE } from './first-steps-cookie.ts';

const REFRESH_MS = 5_000;
const WAITING_MS = 500;
const COOKIE_SECONDS = 365 * 86_400;

/** Leads to the first work item: what is there, what is missing, and one button for each. Gone after it, or when somebody hides it. */
export function FirstRun({ hiddenBefore }: { hiddenBefore: boolean }) {
  const trpc = useTRPC();
  const { isAdmin, maySteer } = useMe();
  const [hidden, setHidden] = useState(hiddenBefore);
  const hide = () => {
    document.cookie = `${FIRST_STEPS_COOKIE}=hidden; path=/; max-age=${COOKIE_SECONDS}; samesite=lax`;
    setHidden(true);
  };
  const first = useQuery(
    trpc.firstRun.get.queryOptions(undefined, {
      enabled: !hidden,
      refetchInterval: ({ state }) => (state.data?.demo?.state === 'waiting' ? WAITING_MS : REFRESH_MS),
    }),
  );
  // Without an answer nothing is known to be missing; the overview itself says that the factory is silent.
  if (hidden || !first.data || first.data.has.work || !maySteer) return null;
  const { has, canDemo, demo } = first.data;
  const admin = (button: ReactNode) => (isAdmin ? button : <span className="text-muted">ask an admin</span>);
  return (
    <section aria-label="First steps" className="mb-8 border-b border-line pb-6">
      <Heading
        aside={
          <button type="button" className="text-[13px] text-muted hover:text-text hover:underline" onClick={hide}>
            Hide
          </button>
        }
      >
        First steps
      </Heading>
      <ol className="divide-y divide-line">
        <Step done={has.supervisor} title="A supervisor runs" about="It starts the workers.">
          <code className="font-mono text-[13px]">npm start</code>
        </Step>
        <Step done={has.github} title="GitHub is connected" about="For pull requests and issues; other git remotes work without.">
          {admin(<StepLink href="/settings/connections">Connect GitHub</StepLink>)}
        </Step>
        <Step done={has.model} title="A model credential" about="For Claude Code; without one the scripted demo agent works.">
          {admin(<StepLink href="/settings/connections">Add a credential</StepLink>)}
        </Step>
        <Step done={has.repository} title="A repository with its verify command" about="The command that says whether work is done; it is found in the files.">
          {admin(<StepLink href="/settings/repositories">Add a repository</StepLink>)}
        </Step>
        <Step
          done={false}
          title="The first work item"
          about={canDemo ? 'Your own, or the demo: a small project that needs nothing of the above.' : 'A spec with a checklist.'}
        >
          {canDemo && <DemoButton demo={demo} supervisor={has.supervisor} />}
          <StepLink href="/work/new">Write a spec</StepLink>
        </Step>
      </ol>
    </section>
  );
}

function Step({ done, title, about, children }: { done: boolean; title: string; about: string; children: ReactNode }) {
  const Icon = done ? Check : Circle;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2">
      <Icon role="img" aria-label={done ? 'done' : 'missing'} className={`size-4 ${done ? 'text-ok' : 'text-muted'}`} />
      <span className={`min-w-0 flex-1 basis-56 ${done ? 'text-muted' : ''}`}>
        <span className="font-medium">{title}</span>
        {!done && <span className="text-muted"> · {about}</span>}
      </span>
      {!done && <span className="flex gap-2 max-sm:w-full max-sm:pl-7">{children}</span>}
    </li>
  );
}

function StepLink({ href, children }: { href: string; children: string }) {
  return (
    <Link href={href} className="inline-flex h-8 items-center whitespace-nowrap rounded border border-line px-3 font-medium hover:bg-hover">
      {children}
    </Link>
  );
}
