'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { toast } from 'sonner';
import { ConfirmButton } from '../confirm-button.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Button } from '../ui.tsx';

const LABELS = { github: 'Personal access token', model: 'API key or subscription token' } as const;

/** Takes a secret, once: it is sealed, and nobody can read it here again. */
export function CredentialForm({ kind, typed }: { kind: 'github' | 'model'; typed: boolean }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const id = useId();
  const [secret, setSecret] = useState('');
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.connections.get.queryKey() });
  const set = useMutation(trpc.connections.set.mutationOptions({ onSuccess: () => (setSecret(''), toast.success('Sealed and stored.')), onSettled: refresh }));
  const clear = useMutation(
    trpc.connections.clear.mutationOptions({
      onSuccess: () => toast.success('Forgotten.'),
      onError: (error) => toast.error(describeError(error).message),
      onSettled: refresh,
    }),
  );
  const error = set.isError ? describeError(set.error).message.replace(/^\w+: /, '') : null;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        set.mutate({ kind, secret });
      }}
    >
      <label htmlFor={id} className="mb-1 block font-medium">
        {LABELS[kind]}
      </label>
      <div className="flex flex-wrap items-center gap-2">
        <input
          id={id}
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={secret}
          onChange={(event) => setSecret(event.target.value)}
          placeholder={typed ? 'type another to replace it' : ''}
          aria-invalid={error !== null}
          aria-describedby={`${id}-about`}
          className="h-8 min-w-0 flex-1 rounded border border-line bg-bg px-2.5 font-mono text-[13px] placeholder:font-sans placeholder:text-muted"
        />
        <Button type="submit" aria-label={`Save ${LABELS[kind]}`} disabled={set.isPending || secret.trim() === ''}>
          Save
        </Button>
        {typed && (
          <ConfirmButton
            label="Forget"
            of={LABELS[kind]}
            consequence="the environment’s holds then, if there is one"
            disabled={clear.isPending}
            act={() => clear.mutate({ kind })}
          />
        )}
      </div>
      <p id={`${id}-about`} role={error ? 'alert' : undefined} className={`mt-1 text-[13px] ${error ? 'text-bad' : 'text-muted'}`}>
        {error ?? 'Sealed so that only the supervisors can open it; it is shown nowhere again. It wins over the environment.'}
      </p>
    </form>
  );
}
