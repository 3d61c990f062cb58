'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { inferRouterOutputs } from '@trpc/server';
import { toast } from 'sonner';
import type { AppRouter } from '../../../server/api/router.ts';
import { PageTitle } from '../shell/page-title.tsx';
import { useMe } from '../shell/use-me.ts';
import { QueryState } from '../query-state.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Ago, Button, Skeleton } from '../ui.tsx';
import { BrowserHealth } from './browser-health.tsx';
import { CheckList } from './check-list.tsx';

const REFRESH_MS = 5_000;
const WAITING_MS = 500;
type Machine = inferRouterOutputs<AppRouter>['health']['get']['supervisors'][number];

/** The doctor's list of every machine that starts workers, and what this browser sees of the way here. */
export function Health() {
  const trpc = useTRPC();
  const health = useQuery(
    trpc.health.get.queryOptions(undefined, {
      refetchInterval: ({ state }) => (state.data?.supervisors.some(({ request }) => request?.state === 'waiting') ? WAITING_MS : REFRESH_MS),
    }),
  );
  return (
    <>
      <PageTitle>Health</PageTitle>
      <h1 className="sr-only">Health</h1>
      <QueryState query={health} what="Health" rows={12} />
      {health.data?.supervisors.length === 0 && (
        <p className="text-muted">
          No supervisor has started yet, so nothing was checked: run <code className="font-mono text-[13px]">npm start</code>.
        </p>
      )}
      {health.data?.supervisors.map((machine) => (
        <MachineHealth key={machine.id} machine={machine} />
      ))}
      <BrowserHealth />
    </>
  );
}

function MachineHealth({ machine }: { machine: Machine }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { isAdmin, maySteer } = useMe();
  const { id, host, alive, beatAt, request, last } = machine;
  const check = useMutation(
    trpc.health.check.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.health.get.queryKey() }),
      onError: (error) => toast.error(describeError(error).message),
    }),
  );
  const waiting = check.isPending || request?.state === 'waiting';
  const checks = last?.answer?.checks ?? [];
  return (
    <section aria-label={`Health of ${host}`} className="mb-8">
      <div className="mb-2 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 className="font-semibold">{host}</h2>
        <span className="min-w-0 flex-1 text-muted">
          {!alive ? (
            <span className="text-bad">
              silent since <Ago at={beatAt} />
            </span>
          ) : waiting ? (
            'checking…'
          ) : last?.answeredAt ? (
            <>
              {summary(checks)}, checked <Ago at={last.answeredAt} />
            </>
          ) : null}
        </span>
        {isAdmin && checks.some((each) => each.safe) && (
          <Button disabled={!alive || waiting} onClick={() => check.mutate({ supervisorId: id, fix: true })}>
            Fix what is safe
          </Button>
        )}
        <Button disabled={!alive || waiting || !maySteer} onClick={() => check.mutate({ supervisorId: id, fix: false })}>
          {last ? 'Check again' : 'Check now'}
        </Button>
      </div>
      {request?.state === 'failed' && (
        <p role="alert" className="mb-2 border-l-2 border-bad py-1 pl-3">
          {request.error}
        </p>
      )}
      {last?.answer && last.answer.fixed.length > 0 && (
        <p role="status" className="mb-2 border-l-2 border-ok py-1 pl-3">
          {last.answer.fixed.join(' ')}
        </p>
      )}
      {checks.length > 0 ? (
        <div className={waiting ? 'opacity-60' : ''}>
          <CheckList checks={checks} />
        </div>
      ) : waiting ? (
        <Skeleton rows={10} />
      ) : (
        <p className="text-muted">
          Nothing was checked yet. The same list on the machine itself: <code className="font-mono text-[13px]">npm run factory -- doctor</code>.
        </p>
      )}
    </section>
  );
}

function summary(checks: readonly { result: 'PASS' | 'WARN' | 'FAIL' }[]): string {
  const count = (result: string) => checks.filter((check) => check.result === result).length;
  const [bad, careful] = [count('FAIL'), count('WARN')];
  if (bad + careful === 0) return `all ${checks.length} pass`;
  return [...(bad > 0 ? [`${bad} fail`] : []), ...(careful > 0 ? [`${careful} to look at`] : []), `${checks.length - bad - careful} pass`].join(', ');
}
