import { authoriseView } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';

export interface RepositoryRow {
  name: string;
  /** It has settings of its own. */
  stored: boolean;
  verify: string | null;
  items: number;
  /** Workers that live now, and the most that may. */
  workers: number;
  maxWorkers: number | null;
}

/** Repositories that have settings or work, by name. */
export async function listRepositories(ctx: Ctx): Promise<{ repositories: RepositoryRow[] }> {
  authoriseView(ctx);
  const rows = await ctx.db.$queryRaw<(Omit<RepositoryRow, 'maxWorkers'> & { max_workers: number | null })[]>`
    SELECT name, bool_or(stored) AS stored, max(verify) AS verify, max(max_workers) AS max_workers, sum(items)::int AS items, sum(workers)::int AS workers
    FROM (
      SELECT name, true AS stored, verify, max_workers, 0 AS items, 0 AS workers FROM repository
      UNION ALL
      SELECT w.repo, false, NULL, NULL, count(*),
        sum((SELECT count(*) FROM run r WHERE r.work_item_id = w.id AND r.state <> 'ended')) FROM work_item w GROUP BY w.repo
    ) known GROUP BY name ORDER BY name LIMIT 1000`;
  return { repositories: rows.map(({ max_workers: maxWorkers, ...row }) => ({ ...row, maxWorkers })) };
}
