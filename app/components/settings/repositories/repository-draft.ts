import type { RepositorySettingsView } from '../../../../server/contracts/repositories.ts';

const FIELDS = ['setup', 'verify', 'testEnv', 'baseBranch', 'image', 'maxWorkers', 'maxIterations', 'maxUsd', 'agent', 'learnings'] as const;
/** The form's fields as text. */
export type Draft = Record<(typeof FIELDS)[number], string>;

/** @param settings null: a repository without any */
export function toDraft(settings: RepositorySettingsView | null): Draft {
  const text = (value: string | number | null | undefined) => (value === null || value === undefined ? '' : String(value));
  const { testEnv = {}, ...rest } = settings ?? {};
  const lines = Object.entries(testEnv).map(([name, value]) => `${name}=${value}`);
  const plain = Object.fromEntries(
    FIELDS.filter((field) => field !== 'testEnv').map((field) => [field, text((rest as Partial<Record<string, string | number | null>>)[field])]),
  );
  return { ...(plain as Omit<Draft, 'testEnv'>), learnings: settings?.learnings ?? 'automatic', testEnv: lines.join('\n') };
}

/** A repository that says nothing itself. */
export const EMPTY_DRAFT: Draft = toDraft(null);

/** A form at work. */
export interface Drafting {
  /** As stored when it was last looked at. */
  saved: Draft;
  draft: Draft;
  /** What another admin stored in fields that are being changed here too; saving overwrites it. */
  theirs: Partial<Draft>;
  /** It holds what was typed before a reload. */
  restored: boolean;
}

export const isDirty = ({ saved, draft }: Pick<Drafting, 'saved' | 'draft'>): boolean => FIELDS.some((field) => draft[field] !== saved[field]);

/**
 * What is stored has changed under an open form: fields that nobody touched here follow it, the others keep what was typed, and say
 * what they would overwrite. Pure.
 */
export function meet({ saved, draft, theirs, restored }: Drafting, stored: Draft): Drafting {
  const next = { ...draft };
  const clashes: Partial<Draft> = {};
  for (const field of FIELDS) {
    if (draft[field] === saved[field]) next[field] = stored[field];
    else if (draft[field] !== stored[field] && (stored[field] !== saved[field] || field in theirs)) clashes[field] = stored[field];
  }
  return { saved: stored, draft: next, theirs: clashes, restored };
}

/** Something is typed; what says the same as the other's clashes with it no more. Pure. */
export function typed(drafting: Drafting, change: Partial<Draft>): Drafting {
  const draft = { ...drafting.draft, ...change };
  const theirs = Object.fromEntries(Object.entries(drafting.theirs).filter(([field, value]) => draft[field as keyof Draft] !== value));
  return { ...drafting, draft, theirs };
}

/** What was kept of a form; null where that is nothing, or not ours. Pure. */
export function readKept(text: string | null): Pick<Drafting, 'saved' | 'draft'> | null {
  try {
    const kept = JSON.parse(text ?? 'null') as { saved?: unknown; draft?: unknown } | null;
    return kept && isDraft(kept.saved) && isDraft(kept.draft) ? { saved: kept.saved, draft: kept.draft } : null;
  } catch {
    return null; // of an older version
  }
}

function isDraft(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && FIELDS.every((field) => typeof (value as Record<string, unknown>)[field] === 'string');
}

/** What of the draft differs from what is stored, as the service takes it. */
export function changes(saved: Draft, draft: Draft): Record<string, unknown> {
  return Object.fromEntries(FIELDS.filter((field) => draft[field] !== saved[field]).map((field) => [field, read(field, draft[field])]));
}

function read(field: (typeof FIELDS)[number], text: string): unknown {
  switch (field) {
    case 'testEnv':
      return Object.fromEntries(
        text
          .split('\n')
          .filter((line) => line.trim() !== '')
          .map((line) => {
            const [name = '', ...value] = line.split('=');
            return [name.trim(), value.join('=')];
          }),
      );
    case 'maxWorkers':
    case 'maxIterations':
    case 'maxUsd':
      return text.trim() === '' ? null : Number(text);
    case 'agent':
      return text === '' ? null : text;
    case 'setup':
    case 'verify':
    case 'baseBranch':
    case 'image':
    case 'learnings':
      return text;
  }
}
