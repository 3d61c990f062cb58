import { type Status, workItemStateSchema } from '../../contracts/rest.ts';
import type { Db } from '../../db/client.ts';

const RECENT_MS = 7 * 86_400_000;
const SHOWN_MAX = 20;

/** Pull requests that were opened, merged or closed lately, the latest first; when it happened is what the record says. */
export async function readRecentPullRequests(db: Db, now: Date): Promise<Status['recentPullRequests']> {
  const rows = await db.$queryRaw<{ id: string; title: string; prUrl: string; state: string; to: string; at: Date }[]>`
    SELECT * FROM (
      SELECT DISTINCT ON (w.id) w.id, w.title, w.pr_url AS "prUrl", w.state, a."to", a.at
      FROM audit a JOIN work_item w ON w.id = a.work_item_id
      WHERE a.action = 'state' AND a."to" IN ('in_review', 'merged', 'closed') AND a.at > ${new Date(now.getTime() - RECENT_MS)} AND w.pr_url IS NOT NULL
      ORDER BY w.id, a.id DESC) latest
    ORDER BY at DESC, id LIMIT ${SHOWN_MAX}`;
  return rows.map(({ id, title, prUrl, state, to, at }) => ({
    ...{ id, title, prUrl, state: workItemStateSchema.parse(state), at: at.toISOString() },
    event: to === 'merged' || to === 'closed' ? to : 'opened',
  }));
}
