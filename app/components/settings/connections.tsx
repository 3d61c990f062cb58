'use client';

import { useQuery } from '@tanstack/react-query';
import { PageTitle } from '../shell/page-title.tsx';
import { useMe } from '../shell/use-me.ts';
import { QueryState } from '../query-state.tsx';
import { useTRPC } from '../trpc.ts';
import { Ago } from '../ui.tsx';
import type { Connection } from './connection-types.ts';
import { ConnectionTest } from './connection-test.tsx';
import { CredentialForm } from './credential-form.tsx';

const REFRESH_MS = 5_000;
const BUSY_MS = 700;

const WORDS = {
  github: {
    title: 'GitHub',
    about:
      'A personal access token: it clones and pushes repositories, opens pull requests and reads issues. A fine-grained token needs contents, pull requests and issues to read and write; a classic one the scope repo.',
    without: 'No token: repositories of GitHub, pull requests and issues are off.',
    env: { token: 'GITHUB_TOKEN', api_key: '', oauth_token: '' },
  },
  model: {
    title: 'Model',
    about:
      'An Anthropic API key, or the token that “claude setup-token” prints for a subscription. Workers never see it: the gateway puts it into their calls.',
    without: 'No credential: only the scripted demo agent works.',
    env: { token: '', api_key: 'ANTHROPIC_API_KEY', oauth_token: 'CLAUDE_CODE_OAUTH_TOKEN' },
  },
} as const;
const FORMS = { token: 'Token', api_key: 'API key', oauth_token: 'Subscription token' } as const;

/** The credentials that the supervisors work with: where each comes from, and whether it works. */
export function Connections() {
  const trpc = useTRPC();
  const connections = useQuery(
    trpc.connections.get.queryOptions(undefined, { refetchInterval: ({ state }) => (state.data?.connections.some(isBusy) ? BUSY_MS : REFRESH_MS) }),
  );
  return (
    <>
      <PageTitle>Connections</PageTitle>
      <h1 className="sr-only">Connections</h1>
      <QueryState query={connections} what="Connections" rows={8} />
      <div className="divide-y divide-line">
        {connections.data?.connections.map((connection) => (
          <ConnectionSection key={connection.kind} connection={connection} />
        ))}
      </div>
    </>
  );
}

function isBusy({ supervisors }: Connection): boolean {
  return supervisors.some(({ changing, test }) => changing || test?.state === 'waiting');
}

function ConnectionSection({ connection }: { connection: Connection }) {
  const { kind, typed, supervisors } = connection;
  const { title, about, without, env } = WORDS[kind];
  const { isAdmin } = useMe();
  return (
    <section aria-label={title} className="grid gap-x-10 gap-y-4 py-6 first:pt-0 lg:grid-cols-2">
      <div>
        <h2 className="mb-1 font-semibold">{title}</h2>
        <p className="text-muted">{about}</p>
        <div className="mt-4">
          {isAdmin ? <CredentialForm kind={kind} typed={typed !== null} /> : <p className="text-muted">Only an admin changes this.</p>}
        </div>
      </div>
      <div className="flex flex-col gap-4">
        {supervisors.length === 0 && (
          <p className="text-muted">
            No supervisor lives that could hold a credential: run <code className="font-mono text-[13px]">npm start</code>.
          </p>
        )}
        {supervisors.map((holder) => (
          <div key={holder.id}>
            {supervisors.length > 1 && <h3 className="text-[13px] font-semibold">{holder.host}</h3>}
            <p className={holder.inForce ? '' : 'text-muted'}>
              {holder.changing ? (
                <span className="text-muted">The supervisor starts again to take over the change; workers go on meanwhile.</span>
              ) : holder.inForce?.source === 'settings' && typed ? (
                <>
                  {FORMS[holder.inForce.form]} typed in by {typed.by} <Ago at={typed.at} />
                </>
              ) : holder.inForce ? (
                `${FORMS[holder.inForce.form]} from the environment (${env[holder.inForce.form]})`
              ) : (
                without
              )}
            </p>
            {holder.unsealed && (
              <p className="mt-1 text-warn">
                What {typed?.by} typed in is not sealed to this supervisor, which was not there then: type it in again, and every supervisor that lives has it.
              </p>
            )}
            {holder.problems.map((sentence) => (
              <p key={sentence} className="mt-1 text-warn">
                {sentence}
              </p>
            ))}
            {(holder.inForce !== null || holder.test !== null || holder.changing) && (
              <ConnectionTest kind={kind} holder={holder} name={title} typedAt={typed?.at ?? null} />
            )}
          </div>
        ))}
      </div>
    </section>
  );
}
