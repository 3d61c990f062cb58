'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { describeError, useTRPC } from '../../trpc.ts';
import { Ago, Button } from '../../ui.tsx';
import type { RepositoryData } from './repository-types.ts';

type Commands = { setup: string | null; verify: string | null };

/** The commands that the repository's own files suggest; a supervisor looks into them when it is asked. */
export function RepositorySuggestion({ repository, use }: { repository: RepositoryData; use: (commands: Commands) => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { name, suggestion } = repository;
  const look = useMutation(
    trpc.repositories.look.mutationOptions({
      onError: (error) => toast.error(describeError(error).message),
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.repositories.get.queryKey({ name }) }),
    }),
  );
  const waiting = look.isPending || suggestion?.state === 'waiting';
  const found = suggestion?.answer;
  const commands = [found?.setup, found?.verify].filter((command) => command !== null && command !== undefined);
  return (
    <div className="flex flex-wrap items-start gap-x-3 gap-y-2 border-l-2 border-line pl-3">
      <div role="status" className="min-w-0 flex-1 basis-64">
        {waiting && <span className="text-muted">A supervisor looks into its files…</span>}
        {!waiting && !suggestion && <span className="text-muted">Its files may say how it is set up and checked.</span>}
        {!waiting && suggestion?.error && <span className="text-bad">{suggestion.error}</span>}
        {!waiting && found && (
          <>
            {commands.map((command) => (
              <code key={command} className="block break-words font-mono text-[13px]">
                {command}
              </code>
            ))}
            <span className="text-muted">
              {found.because} Base branch {found.baseBranch}; looked <Ago at={suggestion.answeredAt ?? suggestion.askedAt} />.
            </span>
          </>
        )}
      </div>
      {!waiting && found && commands.length > 0 && <Button onClick={() => use(found)}>Use these</Button>}
      <Button disabled={waiting} onClick={() => look.mutate({ name })}>
        {suggestion ? 'Look again' : 'Look into its files'}
      </Button>
    </div>
  );
}
