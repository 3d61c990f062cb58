'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { PageTitle } from '../../shell/page-title.tsx';
import { useMe } from '../../shell/use-me.ts';
import { QueryState } from '../../query-state.tsx';
import { describeError, useTRPC } from '../../trpc.ts';
import { Button, Heading } from '../../ui.tsx';
import { Field, MONO_INPUT } from '../field.tsx';

const REFRESH_MS = 5_000;

export const repositoryHref = (name: string) => `/settings/repositories/edit?name=${encodeURIComponent(name)}`;

/** Every repository that has work or settings. */
export function Repositories() {
  const trpc = useTRPC();
  const list = useQuery(trpc.repositories.list.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  const { isAdmin } = useMe();
  const rows = list.data?.repositories ?? [];
  return (
    <>
      <PageTitle>Repositories</PageTitle>
      <h1 className="sr-only">Repositories</h1>
      <QueryState query={list} what="Repositories" rows={6} />
      {list.data && rows.length === 0 && <p className="mb-6 text-muted">No repository yet. Add the first one: its files say how it is checked.</p>}
      {rows.length > 0 && (
        <ul className="mb-8 divide-y divide-line border-y border-line">
          {rows.map(({ name, stored, verify, items, workers, maxWorkers }) => (
            <li key={name} className="grid gap-x-6 py-2 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_6rem_8rem]">
              <Link href={repositoryHref(name)} className="truncate font-medium hover:underline">
                {name}
              </Link>
              <span className="truncate text-muted">
                {verify ? <code className="font-mono text-[13px]">{verify}</code> : stored ? 'no verify command' : 'no settings of its own'}
              </span>
              <span className="text-muted tabular-nums sm:text-right">
                {items} {items === 1 ? 'item' : 'items'}
              </span>
              <span className="text-muted tabular-nums sm:text-right">
                {workers}
                {maxWorkers === null ? '' : ` / ${maxWorkers}`} workers
              </span>
            </li>
          ))}
        </ul>
      )}
      {isAdmin && <AddRepository />}
    </>
  );
}

function AddRepository() {
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const add = useMutation(
    trpc.repositories.save.mutationOptions({
      onSuccess: async ({ name: stored }) => {
        await queryClient.invalidateQueries({ queryKey: trpc.repositories.list.queryKey() });
        router.push(repositoryHref(stored));
      },
    }),
  );
  const error = add.isError ? describeError(add.error).message.replace(/^\w+: /, '') : undefined;
  return (
    <form
      noValidate
      className="max-w-xl"
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate({ name });
      }}
    >
      <Heading>Add a repository</Heading>
      <Field label="Repository" hint="owner/name, or a git URL" error={error}>
        {(props) => (
          <div className="flex gap-2">
            <input {...props} value={name} onChange={(event) => setName(event.target.value)} autoComplete="off" className={MONO_INPUT} />
            <Button type="submit" disabled={add.isPending || name.trim() === ''}>
              Add
            </Button>
          </div>
        )}
      </Field>
    </form>
  );
}
