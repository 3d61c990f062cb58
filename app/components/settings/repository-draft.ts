import type { RepositorySettingsView } from '../../../server/contracts/repositories.ts';

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
