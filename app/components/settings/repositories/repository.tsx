'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { PageTitle } from '../../shell/page-title.tsx';
import { useMe } from '../../shell/use-me.ts';
import { QueryState } from '../../query-state.tsx';
import { useTRPC } from '../../trpc.ts';
import { RepositoryForm } from './repository-form.tsx';
import { RepositoryHosts } from './repository-hosts.tsx';

const REFRESH_MS = 5_000;
const WAITING_MS = 700;

/** What holds for every work item of a repository that says nothing else itself. */
export function Repository({ name }: { name: string }) {
  const trpc = useTRPC();
  const { isAdmin } = useMe();
  const repository = useQuery(
    trpc.repositories.get.queryOptions({ name }, { refetchInterval: ({ state }) => (state.data?.suggestion?.state === 'waiting' ? WAITING_MS : REFRESH_MS) }),
  );
  return (
    <>
      <PageTitle>{name}</PageTitle>
      <p className="mb-1 text-muted">
        <Link href="/settings/repositories" className="hover:underline">
          Repositories
        </Link>
      </p>
      <h1 className="mb-6 break-words text-lg font-semibold">{name}</h1>
      <QueryState query={repository} what="The repository" rows={10} />
      {repository.data && !isAdmin && <p className="mb-4 text-muted">Only an admin changes these.</p>}
      {repository.data && (
        <div className="grid gap-x-10 gap-y-8 lg:grid-cols-[3fr_2fr]">
          <fieldset disabled={!isAdmin} className="contents">
            <RepositoryForm repository={repository.data} />
            <RepositoryHosts repository={repository.data} />
          </fieldset>
        </div>
      )}
    </>
  );
}
