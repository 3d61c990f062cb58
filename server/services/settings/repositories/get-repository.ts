import { z } from 'zod';
import { nameSchema } from '../../../contracts/ids.ts';
import { repositorySettingsSchema, type RepositorySettingsView } from '../../../contracts/repositories.ts';
import { type RequestView, suggestionSchema, type Suggestion } from '../../../contracts/supervisor-requests.ts';
import { authoriseView } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';
import { parseInput } from '../../parse-input.ts';
import { toRequestView } from '../requests/request-view.ts';

/** Refusals are shown for this long. */
const REFUSED_MS = 7 * 86_400_000;
const byNameSchema = z.object({ name: nameSchema });

export interface RepositoryView {
  name: string;
  /** It has settings of its own. */
  stored: boolean;
  settings: RepositorySettingsView;
  /** What holds where they say nothing. */
  environment: { setup: string | null; verify: string | null };
  /** Hosts that its workers asked for in vain, the latest first. */
  refused: { host: string; at: string; times: number }[];
  suggestion: RequestView<Suggestion> | null;
}

/** One repository's settings, what its workers could not reach, and what was found in its files. */
export async function getRepository(ctx: Ctx, input: unknown): Promise<RepositoryView> {
  authoriseView(ctx);
  const { name } = parseInput(byNameSchema, input);
  const row = await ctx.db.repositorySettings.findUnique({ where: { name } });
  const now = ctx.now();
  const asked = await ctx.db.supervisorRequest.findFirst({
    where: { kind: 'look_into_repository', payload: { path: ['name'], equals: name } },
    orderBy: { askedAt: 'desc' },
  });
  const empty = {
    baseBranch: null,
    image: null,
    setup: null,
    verify: null,
    testEnv: {},
    maxWorkers: null,
    maxIterations: null,
    maxUsd: null,
    egressAllow: [],
    agent: null,
    learnings: 'automatic',
  };
  const settings = repositorySettingsSchema.parse(row ?? empty);
  return {
    name,
    stored: row !== null,
    settings,
    environment: { setup: ctx.config.setupCommand, verify: ctx.config.verifyCommand },
    refused: (await readRefused(ctx, name, new Date(now.getTime() - REFUSED_MS))).filter(({ host }) => !settings.egressAllow.includes(host)),
    suggestion: asked ? toRequestView(asked, suggestionSchema, now) : null,
  };
}

async function readRefused(ctx: Ctx, name: string, since: Date): Promise<RepositoryView['refused']> {
  const rows = await ctx.db.$queryRaw<{ host: string; at: Date; times: number }[]>`
    SELECT CASE WHEN e->'data'->>'port' IN ('443', '80') THEN e->'data'->>'host' ELSE (e->'data'->>'host') || ':' || (e->'data'->>'port') END AS host,
      max(c.at) AS at, count(*)::int AS times
    FROM event_chunk c JOIN work_item w ON w.id = c.work_item_id, jsonb_array_elements(c.events) e
    WHERE w.repo = ${name} AND c.at > ${since} AND c.events @> '[{"type": "egress.refused", "data": {"allowable": true}}]'
      AND e->>'type' = 'egress.refused' AND e->'data'->>'allowable' = 'true'
    GROUP BY 1 ORDER BY 2 DESC LIMIT 50`;
  return rows.map(({ host, at, times }) => ({ host, at: at.toISOString(), times }));
}
