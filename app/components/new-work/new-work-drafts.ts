import { DRAFT_PREFIX } from '../drafts.ts';

const CONTENT = `${DRAFT_PREFIX}new-work.`;
const HELD = `${DRAFT_PREFIX}new-work-open.`;
const OF_TAB = `${DRAFT_PREFIX}new-work-of-tab`;
/** A form that is open says so anew before this has passed; browsers let a hidden tab do that once a minute. */
const HOLD_MS = 150_000;
/** Of those that no form is open with, this many are kept. */
const KEPT = 10;

/** `local` is all tabs' own, `tab` a tab's: it outlives a reload, and not the tab. */
export interface DraftStorage {
  local: Storage;
  tab: Storage;
}
interface Kept {
  by: string;
  at: number;
  draft: unknown;
}

/**
 * Which draft a form begins with: after a reload the tab's own; in a new tab the person's newest that no other form is open with; in a
 * tab that was duplicated a copy. Two open forms never write over each other.
 * @returns draft null: an empty form
 */
export function openDraft({ local, tab }: DraftStorage, { by, now, newId }: { by: string; now: number; newId: () => string }): { id: string; draft: unknown } {
  const mine = tab.getItem(OF_TAB);
  const all = list(local).filter((each) => each.by === by);
  const free = all.filter(({ id }) => Number(local.getItem(HELD + id) ?? 0) <= now).sort((a, b) => b.at - a.at);
  for (const { id } of free.slice(KEPT)) dropDraft({ local, tab }, id);
  const own = all.find(({ id }) => id === mine);
  const taken = own ?? (mine === null ? free[0] : undefined);
  const isElsewhere = Number((mine === null ? null : local.getItem(HELD + mine)) ?? 0) > now;
  const id = isElsewhere ? newId() : (taken?.id ?? mine ?? newId());
  tab.setItem(OF_TAB, id);
  return { id, draft: taken?.draft ?? null };
}

/** Keeps what was typed. @throws where the browser keeps no more */
export function storeDraft({ local }: DraftStorage, { id, ...kept }: Kept & { id: string }): void {
  local.setItem(CONTENT + id, JSON.stringify(kept satisfies Kept));
}

export function dropDraft({ local }: DraftStorage, id: string): void {
  local.removeItem(CONTENT + id);
  local.removeItem(HELD + id);
}

/** A form is open with it. */
export function holdDraft({ local }: DraftStorage, id: string, now: number): void {
  local.setItem(HELD + id, String(now + HOLD_MS));
}

export function releaseDraft({ local }: DraftStorage, id: string): void {
  local.removeItem(HELD + id);
}

function list(local: Storage): (Kept & { id: string })[] {
  return Object.keys(local).flatMap((key) => {
    if (!key.startsWith(CONTENT)) return [];
    try {
      return [{ id: key.slice(CONTENT.length), ...(JSON.parse(local.getItem(key) ?? '') as Kept) }];
    } catch {
      return []; // of another version
    }
  });
}
