'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { toast } from 'sonner';
import type { MemberView } from '../../../server/contracts/access.ts';
import { oneOf, ROLES } from '../../../server/contracts/vocabulary.ts';
import { useMe } from '../shell/use-me.ts';
import { ConfirmButton } from '../confirm-button.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Ago, Button } from '../ui.tsx';
import { SettingsScreen } from './screen.tsx';
import { useReadAgain } from '../use-read-again.ts';

/** Who may enter and what each may do. */
export function MembersScreen() {
  const trpc = useTRPC();
  const { localMode } = useMe();
  const members = useQuery(trpc.members.list.queryOptions());
  return (
    <SettingsScreen title="Members" query={members}>
      {(list) => (
        <>
          {localMode && (
            <p className="mb-4 text-muted">
              Local mode: whoever has a sign-in link of this machine is its admin. To let a team in, set{' '}
              <code className="font-mono text-[13px]">AUTH_GITHUB_ID</code>, <code className="font-mono text-[13px]">AUTH_GITHUB_SECRET</code> and who may
              enter.
            </p>
          )}
          <p className="mb-4 text-muted">A viewer looks; a member makes and steers work; an admin has settings, members and tokens besides.</p>
          {list.length === 0 ? <p>Nobody has signed in with GitHub yet. The first to enter is admin.</p> : <Table members={list} />}
        </>
      )}
    </SettingsScreen>
  );
}

function Table({ members }: { members: MemberView[] }) {
  const trpc = useTRPC();
  const readAgain = useReadAgain();
  const outcome = (said: string) => ({
    onSuccess: () => toast.success(said),
    onError: (error: unknown) => toast.error(describeError(error).message),
    onSettled: () => readAgain(),
  });
  const setRole = useMutation(trpc.members.setRole.mutationOptions(outcome('Role changed.')));
  const remove = useMutation(trpc.members.remove.mutationOptions(outcome('Removed, and signed out everywhere.')));
  const restore = useMutation(trpc.members.restore.mutationOptions(outcome('May enter again.')));
  const busy = setRole.isPending || remove.isPending || restore.isPending;
  return (
    <ul className="divide-y divide-line border-y border-line">
      {members.map((member) => (
        <li key={member.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2.5">
          <span className={`min-w-40 flex-1 font-medium ${member.removedAt ? 'text-muted line-through' : ''}`}>{member.name}</span>
          <span className="text-muted">{member.seenAt ? <>seen {<Ago at={member.seenAt} />}</> : 'never seen'}</span>
          {member.removedAt ? (
            <Button disabled={busy} aria-label={`Let in again: ${member.name}`} onClick={() => restore.mutate({ id: member.id })}>
              Let in again
            </Button>
          ) : (
            <>
              <select
                aria-label={`Role of ${member.name}`}
                value={member.role}
                disabled={busy}
                onChange={(event) => setRole.mutate({ id: member.id, role: oneOf(ROLES, event.target.value) ?? member.role })}
                className="h-8 rounded border border-line bg-bg px-2"
              >
                {ROLES.map((role) => (
                  <option key={role}>{role}</option>
                ))}
              </select>
              <ConfirmButton
                label="Remove"
                of={member.name}
                consequence="signed out everywhere at once"
                disabled={busy}
                act={() => remove.mutate({ id: member.id })}
              />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
