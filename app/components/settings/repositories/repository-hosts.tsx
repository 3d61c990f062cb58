'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { describeError, useTRPC } from '../../trpc.ts';
import { Ago, Button, Heading } from '../../ui.tsx';
import { Field, MONO_INPUT } from '../field.tsx';
import type { RepositoryData } from './repository-types.ts';

/** Hosts that this repository's workers may reach beside those of all, and those that they asked for in vain. */
export function RepositoryHosts({ repository }: { repository: RepositoryData }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { name, settings, refused } = repository;
  const [host, setHost] = useState('');
  const onSettled = () => queryClient.invalidateQueries({ queryKey: trpc.repositories.pathKey() });
  const allow = useMutation(
    trpc.repositories.allowHost.mutationOptions({ onSuccess: () => (setHost(''), toast.success('Workers may reach it from now on.')), onSettled }),
  );
  const save = useMutation(trpc.repositories.save.mutationOptions({ onError: (error) => toast.error(describeError(error).message), onSettled }));
  const error = allow.isError ? describeError(allow.error).message.replace(/^\w+: /, '') : undefined;
  return (
    <section aria-label="Hosts">
      <Heading>Hosts that workers may reach</Heading>
      <p className="mb-2 text-muted">Beside the package registries and EGRESS_ALLOW. A private address is never reached.</p>
      <ul className="mb-3 divide-y divide-line border-y border-line empty:border-0">
        {settings.egressAllow.map((each) => (
          <li key={each} className="flex items-center gap-3 py-1">
            <code className="min-w-0 flex-1 truncate font-mono text-[13px]">{each}</code>
            <Button
              tone="danger"
              aria-label={`Remove ${each}`}
              disabled={save.isPending}
              onClick={() => save.mutate({ name, egressAllow: settings.egressAllow.filter((other) => other !== each) })}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          allow.mutate({ name, host });
        }}
      >
        <Field label="Allow a host" hint="host, host:port or *.domain" error={error}>
          {(props) => (
            <div className="flex gap-2">
              <input {...props} value={host} onChange={(event) => setHost(event.target.value)} autoComplete="off" className={MONO_INPUT} />
              <Button type="submit" disabled={allow.isPending || host.trim() === ''}>
                Allow
              </Button>
            </div>
          )}
        </Field>
      </form>
      {refused.length > 0 && (
        <>
          <Heading>Refused lately</Heading>
          <ul className="divide-y divide-line border-y border-line">
            {refused.map((each) => (
              <li key={each.host} className="flex items-center gap-3 py-1">
                <code className="min-w-0 flex-1 truncate font-mono text-[13px]">{each.host}</code>
                <span className="text-muted">
                  <Ago at={each.at} />
                </span>
                <Button aria-label={`Allow ${each.host}`} disabled={allow.isPending} onClick={() => allow.mutate({ name, host: each.host })}>
                  Allow
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
