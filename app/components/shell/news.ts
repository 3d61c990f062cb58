import type { Status } from '../../../server/contracts/rest.ts';

export interface News {
  /** The same for the same news, in whichever tab. */
  tag: string;
  workItemId: string;
  title: string;
  text: string;
}

/**
 * What a person should hear of: work that came to need one, and pull requests that came to be ready, since the last look. Pure.
 * @param seen tags of what was there at the last look; null at the first, of which all is old
 */
export function newsOf(status: Pick<Status, 'needsYou' | 'recentPullRequests'>, seen: ReadonlySet<string> | null): { seen: Set<string>; news: News[] } {
  const needs = status.needsYou.map(({ id, title, state, reason }): News => {
    const text = `${state.replace('_', ' ')}${reason === null ? '' : `: ${reason}`}`;
    return { tag: `${id} ${state}`, workItemId: id, title, text };
  });
  const ready = status.recentPullRequests
    .filter(({ state }) => state === 'in_review')
    .map(({ id, title, state }): News => ({ tag: `${id} ${state}`, workItemId: id, title, text: 'The pull request is ready for review.' }));
  const all = [...needs, ...ready];
  // Only the last few pull requests are told of: one that dropped out of them is not new when it comes back.
  // One whose item has become something else since, as closed or retried, is.
  const changed = new Set([...status.needsYou, ...status.recentPullRequests.filter(({ state }) => state !== 'in_review')].map(({ id }) => `${id} in_review`));
  const kept = [...(seen ?? [])].filter((tag) => tag.endsWith(' in_review') && !changed.has(tag));
  return { seen: new Set([...all.map(({ tag }) => tag), ...kept]), news: seen === null ? [] : all.filter(({ tag }) => !seen.has(tag)) };
}
