import { expect, test } from 'vitest';
import { findLeftovers, type Held, itemOfRef } from './leftovers.ts';

const NONE: Held = { containers: [], volumes: [], folders: [], branches: [] };
const known = { runs: new Set(['known']), items: new Set(['aaaaaaaaaaaa']), owner: true };

test('what belongs to a run that the database does not know may go', () => {
  const held: Held = {
    ...NONE,
    containers: ['known', 'strange'].map((run) => ({ id: `c-${run}`, run, running: false })),
    volumes: ['known', 'strange'].map((run) => ({ name: `v-${run}`, run })),
    folders: ['known', 'strange'].map((run) => ({ path: `/f/${run}`, run })),
  };
  expect(findLeftovers(held, known)).toEqual({ containers: ['c-strange'], volumes: ['v-strange'], folders: ['/f/strange'], branches: [], running: [] });
});

test('a worker that runs may be another database’s: neither it nor what it holds may go', () => {
  const held: Held = {
    ...NONE,
    containers: [
      { id: 'live', run: 'strange', running: true },
      { id: 'its-verifier', run: 'strange', running: false },
      { id: 'own', run: 'known', running: true },
    ],
    volumes: [{ name: 'v', run: 'strange' }],
  };
  expect(findLeftovers(held, known)).toEqual({ containers: [], volumes: [], folders: [], branches: [], running: ['live'] });
});

test('branches of items that are gone may go, of no other kind, and only where the database knows whose mirrors they are', () => {
  const of = (ref: string) => ({ mirror: '/m.git', ref: `refs/heads/${ref}` });
  const gone = [of('ai-factory/bbbbbbbbbbbb-make-tea'), of('ai-factory/bbbbbbbbbbbb')];
  const kept = [of('ai-factory/aaaaaaaaaaaa-make-tea'), of('ai-factory/learnings-0123456789ab'), of('main'), of('ai-factory/by-hand')];
  const held = { ...NONE, branches: [...gone, ...kept] };
  expect(findLeftovers(held, known).branches).toEqual(gone);
  expect(findLeftovers(held, { ...known, owner: false }).branches).toEqual([]);
  expect(itemOfRef('refs/factory/base/ai-factory/bbbbbbbbbbbb')).toBeNull();
});
