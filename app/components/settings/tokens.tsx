'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import type { TokenScope, TokenView } from '../../../server/contracts/access.ts';
import { oneOf, TOKEN_SCOPES } from '../../../server/contracts/vocabulary.ts';
import { ConfirmButton } from '../confirm-button.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Ago, Button, Chip, Heading } from '../ui.tsx';
import { SettingsScreen } from './screen.tsx';
import { useReadAgain } from '../use-read-again.ts';

const MAY: Record<TokenScope, string> = { read: 'look', submit: 'look, make and steer work', admin: 'look, make and steer work, set limits and the pause' };

/** Tokens of the REST API: made here, shown once, revoked here. */
export function TokensScreen() {
  const trpc = useTRPC();
  const tokens = useQuery(trpc.tokens.list.queryOptions());
  return (
    <SettingsScreen title="API tokens" query={tokens}>
      {(list) => (
        <>
          <Create />
          <Heading>Tokens</Heading>
          {list.length === 0 ? <p className="text-muted">There is no token yet.</p> : <List tokens={list} />}
        </>
      )}
    </SettingsScreen>
  );
}

function Create() {
  const trpc = useTRPC();
  const readAgain = useReadAgain();
  const [name, setName] = useState('');
  const [scope, setScope] = useState<TokenScope>('submit');
  const create = useMutation(
    trpc.tokens.create.mutationOptions({
      onSuccess: async () => {
        setName('');
        await readAgain();
      },
    }),
  );
  const error = create.isError ? describeError(create.error).message.replace(/^\w+: /, '') : null;
  return (
    <section>
      <Heading>New token</Heading>
      <form
        noValidate
        className="flex flex-wrap items-start gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ name, scope });
        }}
      >
        <div className="min-w-48 flex-1">
          <input
            aria-label="Name"
            aria-describedby={error ? 'token-error' : undefined}
            placeholder="Name, such as ci"
            value={name}
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
            className="h-8 w-full rounded border border-line bg-bg px-2.5 placeholder:text-muted"
          />
          {error && (
            <p id="token-error" role="alert" className="mt-1 text-bad">
              {error}
            </p>
          )}
        </div>
        <select
          aria-label="Scope"
          value={scope}
          onChange={(event) => setScope(oneOf(TOKEN_SCOPES, event.target.value) ?? scope)}
          className="h-8 min-w-0 max-w-full rounded border border-line bg-bg px-2"
        >
          {TOKEN_SCOPES.map((each) => (
            <option key={each} value={each}>
              {each}: {MAY[each]}
            </option>
          ))}
        </select>
        <Button type="submit" tone="primary" disabled={create.isPending}>
          Make it
        </Button>
      </form>
      {create.data && (
        <div role="status" className="mt-3 border-l-2 border-ok py-1 pl-3">
          <p>Copy it now: it is not shown again.</p>
          <code className="block break-all font-mono text-[13px]">{create.data.token}</code>
        </div>
      )}
    </section>
  );
}

function List({ tokens }: { tokens: TokenView[] }) {
  const trpc = useTRPC();
  const readAgain = useReadAgain();
  const revoke = useMutation(
    trpc.tokens.revoke.mutationOptions({
      onSuccess: () => toast.success('Revoked.'),
      onError: (error) => toast.error(describeError(error).message),
      onSettled: () => readAgain(),
    }),
  );
  return (
    <ul className="divide-y divide-line border-y border-line">
      {tokens.map((token) => (
        <li key={token.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2.5">
          <span className={`min-w-32 flex-1 font-medium ${token.revokedAt ? 'text-muted line-through' : ''}`}>{token.name}</span>
          <Chip>{token.scope}</Chip>
          {token.dead !== null && !token.revokedAt && <span className="text-warn">opens nothing: {token.dead}</span>}
          <span className="text-muted">
            made <Ago at={token.createdAt} /> {token.madeBy ? `by ${token.madeBy}` : 'on the machine'}
          </span>
          <span className="text-muted">{token.lastUsedAt ? <>used {<Ago at={token.lastUsedAt} />}</> : 'never used'}</span>
          {token.revokedAt ? (
            <span className="text-muted">
              revoked <Ago at={token.revokedAt} />
            </span>
          ) : (
            <ConfirmButton
              label="Revoke"
              of={token.name}
              consequence="who uses it is refused from now on"
              disabled={revoke.isPending}
              act={() => revoke.mutate({ name: token.name })}
            />
          )}
        </li>
      ))}
    </ul>
  );
}
