import type { z } from 'zod';
import { type CredentialForm, type CredentialsInForce, credentialFormSchema, credentialsInForceSchema } from '../../contracts/connections.ts';
import { connectionAnswerSchema, type ConnectionKind, connectionKindSchema, type RequestView } from '../../contracts/supervisor-requests.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { SUPERVISOR_ALIVE_MS } from '../status/get-status.ts';
import { toRequestView } from './requests/request-view.ts';

type Test = RequestView<z.infer<typeof connectionAnswerSchema>>;

export interface ConnectionsView {
  connections: {
    kind: ConnectionKind;
    /** What somebody typed in; never the secret. Null: the environment holds. */
    typed: { form: CredentialForm; by: string; at: string } | null;
    /** Each supervisor that lives, and what it works with. */
    supervisors: {
      id: string;
      host: string;
      inForce: CredentialsInForce['github'];
      /** It starts again to take over what was changed. */
      changing: boolean;
      /** What was typed in is not sealed to it: it was not there then. */
      unsealed: boolean;
      problems: string[];
      test: Test | null;
    }[];
  }[];
}

/** Where the credentials of GitHub and the model come from, and how their last tests ended. */
export async function getConnections(ctx: Ctx): Promise<ConnectionsView> {
  authoriseView(ctx);
  const now = ctx.now();
  const since = new Date(now.getTime() - SUPERVISOR_ALIVE_MS);
  const supervisors = await ctx.db.supervisor.findMany({ where: { beatAt: { gt: since } }, orderBy: { beatAt: 'desc' }, take: 20 });
  const credentials = await ctx.db.credential.findMany({ orderBy: { setAt: 'desc' } });
  const tests = await ctx.db.supervisorRequest.findMany({ where: { kind: 'test_connection' }, orderBy: { askedAt: 'desc' }, take: 100 });
  return {
    connections: connectionKindSchema.options.map((kind) => {
      const typed = credentials.find((row) => row.kind === kind);
      return {
        kind,
        typed: typed ? { form: credentialFormSchema.parse(typed.form), by: typed.setBy, at: typed.setAt.toISOString() } : null,
        supervisors: supervisors.map((supervisor) => {
          const { id, host } = supervisor;
          const said = credentialsInForceSchema.nullable().parse(supervisor.credentials);
          const inForce = said?.[kind] ?? null;
          const mine = credentials.find((row) => row.kind === kind && row.supervisorId === id);
          const changing = said !== null && said.loaded[kind] !== (mine?.setAt.toISOString() ?? null);
          const test = tests.find((row) => row.supervisorId === id && isTestOf(row.payload, kind) && (!typed || row.askedAt >= typed.setAt));
          return {
            id,
            host,
            inForce,
            changing,
            unsealed: typed !== undefined && mine === undefined,
            problems: (said?.problems ?? []).flatMap((problem) => (problem.kind === kind ? [problem.sentence] : [])),
            test: test ? toRequestView(test, connectionAnswerSchema, now) : null,
          };
        }),
      };
    }),
  };
}

function isTestOf(payload: unknown, kind: ConnectionKind): boolean {
  return typeof payload === 'object' && payload !== null && 'connection' in payload && payload.connection === kind;
}
